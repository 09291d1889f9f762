import Foundation

/// A program to run, with its arguments.
struct Command {
    var arguments: [String]
    var environment: [String: String] = [:]
    /// The program's standard input: a file; nothing where nil.
    var input: String?

    init(_ arguments: [String], environment: [String: String] = [:], input: String? = nil) {
        self.arguments = arguments
        self.environment = environment
        self.input = input
    }

    /// What became of a program that ended.
    struct Outcome: CustomStringConvertible {
        var arguments: [String]
        /// The exit status; 128 and more for a signal.
        var status: Int32
        var output: String
        var errors: String

        var description: String { "\(arguments.joined(separator: " ")) ended with \(status)\n\(output)\(errors)" }
    }

    /// A program that failed, or did not end in time.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs the program to its end, whatever that is.
    func outcome(within limit: Duration = .seconds(60)) throws -> Outcome {
        let folder = try TemporaryFolder()
        let process = try RunningProcess(self, output: folder["output"], errors: folder["errors"])
        guard let status = process.status(within: limit) else {
            process.signal(SIGKILL)
            throw Failure(
                description: "\(arguments.joined(separator: " ")) did not end within \(limit)\n\(folder.read("errors"))"
            )
        }
        return Outcome(
            arguments: arguments, status: status, output: folder.read("output"), errors: folder.read("errors"))
    }

    /// Runs the program, which must succeed, and returns what it printed without the last line's end.
    @discardableResult
    func run(within limit: Duration = .seconds(60)) throws -> String {
        let outcome = try outcome(within: limit)
        guard outcome.status == 0 else { throw Failure(description: outcome.description) }
        return outcome.output.trimmingCharacters(in: .newlines)
    }

    /// Where the program of that name is, also among the administrator's.
    static func path(of name: String) -> String? {
        if name.contains("/") { return name }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return (path + ":/usr/sbin:/sbin").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
