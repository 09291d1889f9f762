internal import ArgumentParser
internal import Control
private import FoundationEssentials

/// `portico check`.
struct CheckCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "check",
            abstract: "Read everything as `serve` would, and show what is wrong.",
            discussion: """
                Prints a line for each finding: file:line:column, how bad it is, what is wrong and what to write instead. \
                Exits with 1 when there is an error. Nothing is changed, and a running server is left alone.
                """)
    }

    @OptionGroup var folders: FolderOptions

    func run() throws {
        let environment = Environment(ProcessInfo.processInfo.environment)
        let settings = try Settings(options: folders.options, environment: environment)
        let report = try Check.run(settings)
        print(report.text, terminator: "")
        if report.hasErrors { throw ExitCode.failure }
    }
}
