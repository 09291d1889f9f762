internal import ArgumentParser
internal import Passwords

extension PasswordCommand {
    /// `portico passwd list HOST`.
    struct List: ParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: "Show the users, and how their passwords are hashed.",
                discussion: """
                    One line a user on standard output: the name, a tab, and the algorithm with its cost. Lines of the \
                    file that keep somebody out, or do nothing, are reported on standard error.
                    """)
        }

        @OptionGroup var file: PasswordFileOptions

        func run() throws {
            let path = file.path
            let users = try file.load()
            for entry in users.all { print("\(users.name(of: entry))\t\(Self.text(of: users.hash(of: entry)))") }
            for problem in users.problems { StandardStreams.warn("\(path):\(problem.line): \(problem.message)") }
        }

        private static func text(of hash: PasswordHash?) -> String {
            guard let hash else { return "unreadable" }
            let cost = hash.cost.map { ", cost \($0)" } ?? ""
            return hash.scheme.rawValue + cost + (hash.scheme.isWeak ? ", weak" : "")
        }
    }
}
