internal import ArgumentParser
internal import Control
private import Foundation

/// `portico migrate`.
struct MigrateCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "migrate",
            abstract: "Show what would be different if Portico took nginx-proxy's place.",
            discussion: """
                Reads the folders of a host that runs nginx-proxy, asks the engine what it runs, takes nginx-proxy's own \
                settings from its container, and prints host by host what would work in another way. Nothing is changed.

                Run it where nginx-proxy's folders are in their usual place:

                  docker run --rm --volumes-from nginx-proxy:ro -v /var/run/docker.sock:/tmp/docker.sock:ro portico migrate

                Exits with 0 when nothing is to be done, with 1 when something differs, and with 2 when something that is \
                served today would not be. docs/migrating-from-nginx-proxy.md has the whole list of differences.
                """)
    }

    @Option(
        help: ArgumentHelp(
            "The container of nginx-proxy, by name or identifier. (default: the one with its label or image)",
            valueName: "name"))
    var container: String?

    @OptionGroup var folders: FolderOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() throws {
        let environment = Environment(ProcessInfo.processInfo.environment)
        let report = try Migration.report(folders.options, container: container, environment: environment)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            print(report.text, terminator: "")
        }
        if report.exitCode != 0 { throw ExitCode(report.exitCode) }
    }
}
