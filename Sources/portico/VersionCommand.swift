internal import ArgumentParser
internal import Control

/// `portico version`.
struct VersionCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "version", abstract: "Show the version.")
    }

    func run() { print("portico \(ProductVersion.text)") }
}
