internal import ArgumentParser
internal import Passwords

extension PasswordCommand {
    /// `portico passwd remove HOST USER`.
    struct Remove: ParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: "Take a user out.",
                discussion: """
                    All lines with the user's name are removed. The file stays, also without any user: nobody can come in \
                    then.
                    """)
        }

        @OptionGroup var file: PasswordFileOptions

        @Argument(help: ArgumentHelp("The user's name.", valueName: "user"))
        var user: String

        func run() throws {
            let path = file.path
            // Says what to do where there is no file at all.
            _ = try file.load()
            guard try PasswordFileEditor(path: path).remove(user: user) > 0 else {
                throw CommandFailure("\(path): there is no user \(user.debugDescription)")
            }
            StandardStreams.tell("Removed \(user) from \(path).")
            if try file.load().count == 0 { StandardStreams.warn("\(path) has no user left.") }
        }
    }
}
