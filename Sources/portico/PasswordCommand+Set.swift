internal import ArgumentParser
internal import Passwords

extension PasswordCommand {
    /// `portico passwd set HOST USER`.
    struct Set: ParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: "Give a user a password, and add the user if need be.",
                discussion: """
                    Asks for the password on the terminal, twice and without showing it, unless --password-stdin or \
                    --generate is given. The file is made with mode 0640 when there is none; otherwise it is replaced in \
                    one step, keeps its owner and mode, and all other lines stay as they are.

                    ALGORITHMS
                      bcrypt         the default, and the one that the registry reads too;
                                     cost 4 to 14, default 10
                      yescrypt       cost 1 to 7, default 5; up to 64 MiB a login
                      sha512 sha256  cost 1000 to 1000000 rounds, default 5000
                      apr1 md5 des ssha sha
                                     weak; only for programs that read nothing better

                    Bcrypt looks at the first 72 bytes of a password, des at the first 8.
                    """)
        }

        @OptionGroup var file: PasswordFileOptions

        @Argument(help: ArgumentHelp("The user's name, without a colon.", valueName: "user"))
        var user: String

        @Flag(help: "Take the password from standard input, up to the end of its one line.")
        var passwordStdin = false

        @Flag(help: "Make a random password and print it on standard output, this once.")
        var generate = false

        @Option(help: ArgumentHelp("How the password is hashed.", valueName: "name"))
        var algorithm: PasswordScheme = .bcrypt

        @Option(help: ArgumentHelp("How expensive a check is; see the algorithms above.", valueName: "number"))
        var cost: Int?

        mutating func validate() throws {
            guard !passwordStdin || !generate else {
                throw ValidationError("--password-stdin and --generate exclude each other.")
            }
            do throws(PasswordError) {
                try PasswordFileEditor.check(user: user)
                try PasswordHash.check(cost: cost, of: algorithm)
            } catch {
                throw ValidationError("\(error)")
            }
        }

        func run() throws {
            try file.folder.prepare()
            let generated = generate ? PasswordInput.generated() : nil
            let password = try generated.map { Array($0.utf8).withUnsafeBytes { SecretBytes($0) } } ?? typedPassword()
            try PasswordInput.check(password)
            warn(about: password)
            let hash = try password.withBytes { bytes in
                Result { () throws(PasswordError) in
                    try PasswordHash.make(password: bytes, scheme: algorithm, cost: cost)
                }
            }.get()
            let change = try PasswordFileEditor(path: file.path).set(user: user, hash: hash)
            if let generated { print(generated) }
            StandardStreams.tell(
                change == .added
                    ? "Added \(user) to \(file.path)." : "Changed the password of \(user) in \(file.path).")
        }

        private func typedPassword() throws -> SecretBytes {
            passwordStdin
                ? try PasswordInput.fromStandardInput() : try PasswordInput.fromTerminal(for: user, isRepeated: true)
        }

        private func warn(about password: SecretBytes) {
            if algorithm.isWeak {
                StandardStreams.warn(
                    "\(algorithm.rawValue) hashes are quickly guessed by whoever gets hold of the file; bcrypt is not.")
            }
            let count = password.withBytes { $0.count }
            if let limit = algorithm.significantBytes, count > limit {
                StandardStreams.warn(
                    "\(algorithm.rawValue) looks at the first \(limit) bytes of a password only; the last "
                        + "\(count - limit) of this one do not count.")
            }
        }
    }
}

extension PasswordScheme: ExpressibleByArgument {
    /// The schemes that new hashes are made with.
    package static var allValueStrings: [String] { allCases.filter { $0 != .plain }.map(\.rawValue) }

    package init?(argument: String) {
        guard argument != Self.plain.rawValue else { return nil }
        self.init(rawValue: argument)
    }
}
