internal import ArgumentParser
internal import Passwords

extension PasswordCommand {
    /// `portico passwd verify HOST USER`.
    struct Verify: ParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: "Try a user's password against the file.",
                discussion: """
                    Asks for the password on the terminal unless --password-stdin is given. Ends with 0 when the password \
                    is right, with 1 when it is wrong or there is no such user, and with 2 when it cannot be checked.
                    """)
        }

        @OptionGroup var file: PasswordFileOptions

        @Argument(help: ArgumentHelp("The user's name.", valueName: "user"))
        var user: String

        @Flag(help: "Take the password from standard input, up to the end of its one line.")
        var passwordStdin = false

        func run() throws {
            do {
                try verify()
            } catch let failure as PasswordError {
                throw cannotCheck("\(failure)")
            } catch let failure as CommandFailure {
                throw cannotCheck("\(failure)")
            }
        }

        private func verify() throws {
            let path = file.path
            let users = try file.load()
            let name = Array(user.utf8)
            guard let entry = name.withUnsafeBytes({ users.entry(for: $0) }) else {
                StandardStreams.tell("\(path): there is no user \(user.debugDescription)")
                throw ExitCode(1)
            }
            guard let hash = users.hash(of: entry) else {
                let problem = users.problems.first { $0.line == entry.line }
                throw CommandFailure("\(path):\(entry.line): \(problem?.message ?? "the hash cannot be read")")
            }
            let password =
                passwordStdin
                ? try PasswordInput.fromStandardInput() : try PasswordInput.fromTerminal(for: user, isRepeated: false)
            let isRight = try password.withBytes { bytes in
                Result { () throws(PasswordError) in try hash.verify(bytes) }
            }.get()
            guard isRight else {
                StandardStreams.tell("The password is wrong.")
                throw ExitCode(1)
            }
            StandardStreams.tell("The password is right.")
        }

        private func cannotCheck(_ reason: String) -> ExitCode {
            StandardStreams.tell("Error: \(reason)")
            return ExitCode(2)
        }
    }
}
