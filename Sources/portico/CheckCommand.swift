internal import ArgumentParser
internal import Control
private import Foundation

/// `portico check`.
struct CheckCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "check",
            abstract: "Read everything as `serve` would, and show what is wrong; or explain what becomes of a request.",
            discussion: """
                Without an argument: a line for each finding: file:line:column, how bad it is, what is wrong and what to \
                write instead. With a path, what is wrong there alone. Exits with 1 when there is an error.

                With a URL: the way of the request, step by step, and why each decision is as it is:

                  portico check https://registry.example.com/v2/ -X PUT --as alice --from 192.0.2.7

                Exits with 0 when the request is served, with 1 when it is not. In both cases with 2 when nothing could be \
                checked. Nothing is changed or sent, and a running server is left alone. docs/check.md describes --json.
                """)
    }

    @Argument(help: ArgumentHelp("A file or folder, or the URL of a request.", valueName: "path | url"))
    var subject: String?

    @Flag(help: "Print JSON instead of text.")
    var json = false

    @Option(name: [.customShort("X"), .long], help: "The request's method.")
    var method = "GET"

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("The user who asks; the password is taken for right.", valueName: "user"))
    var user: String?

    @Option(name: .customLong("from"), help: ArgumentHelp("The client's address.", valueName: "address"))
    var client = "127.0.0.1"

    @Option(name: .customLong("body"), help: ArgumentHelp("The size of the request's body.", valueName: "bytes"))
    var bodySize: Int?

    @Option(
        name: [.customShort("H"), .customLong("header")],
        help: ArgumentHelp("A field of the request; several times for several.", valueName: "name: value"))
    var fields: [String] = []

    @OptionGroup var folders: FolderOptions

    func run() throws {
        let status: Int32
        do {
            status = try check()
        } catch {
            StandardStreams.tell("Error: \(error)")
            status = 2
        }
        if status != 0 { throw ExitCode(status) }
    }

    private func check() throws -> Int32 {
        let environment = Environment(ProcessInfo.processInfo.environment)
        let settings = try Settings(options: folders.options, environment: environment)
        if let subject, subject.contains("://") {
            let explanation = try Check.explain(try question(subject), settings)
            print(json ? try Self.text(of: explanation) : explanation.text, terminator: "")
            return explanation.exitCode
        }
        var report = try Check.run(settings)
        if let subject { report = try report.about(subject) }
        print(json ? try Self.text(of: report.summary) : report.text, terminator: "")
        return report.hasErrors ? 1 : 0
    }

    private func question(_ url: String) throws -> Question {
        var question = Question(try CheckedAddress(url))
        guard question.setClient(client) else {
            throw CommandFailure("--from \(client): this is no address; write one such as 192.0.2.7")
        }
        guard !method.isEmpty, method.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw CommandFailure("--method \(method): this is no method; write GET, PUT or the like")
        }
        if let bodySize, bodySize < 0 { throw CommandFailure("--body \(bodySize): write a number of bytes") }
        question.method = method
        question.user = user
        question.bodySize = bodySize
        question.fields = try fields.map { text in
            let parts = text.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
                throw CommandFailure("--header \(text): write it as NAME: VALUE")
            }
            return (String(parts[0]), String(parts[1].drop { $0 == " " }))
        }
        return question
    }

    private static func text(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}
