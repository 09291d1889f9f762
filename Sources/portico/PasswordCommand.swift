internal import ArgumentParser

/// `portico passwd`: the users who may come in to a virtual host.
struct PasswordCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "passwd",
            abstract: "Set, remove, list and verify the users of a virtual host.",
            discussion: """
                The users of a virtual host stand in the file that its vhost.d file names \
                with auth_basic_user_file, by custom passwords/HOST. It is an htpasswd file: \
                a line for each user, with the name and a hash of the password. nginx, \
                Apache httpd and the registry read the same files.

                A running Portico sees a change within a second. A user whose line stays \
                the same notices nothing.

                EXAMPLES
                Ask for alice's password, twice, and write passwords/reg.example.com:
                  portico passwd set reg.example.com alice

                Make a password that nobody can guess, and print it this once:
                  portico passwd set reg.example.com ci --generate

                Take the password from another program:
                  pass reg | portico passwd set reg.example.com bob --password-stdin

                Show the users, and how their passwords are hashed:
                  portico passwd list reg.example.com

                EXIT STATUS
                  0   done; for verify: the password is right
                  1   it failed, and a message says why;
                      for verify: the password is wrong, or there is no such user
                  2   for verify: the password cannot be checked
                  64  the command line was wrong
                  130 the prompt was left with Ctrl-C
                """,
            subcommands: [Set.self, Remove.self, List.self, Verify.self])
    }
}
