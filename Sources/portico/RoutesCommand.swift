internal import ArgumentParser
internal import Control
private import FoundationEssentials

/// `portico routes`.
struct RoutesCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "routes",
            abstract: "Show what a running server routes.",
            discussion: """
                Each host with how it is served and where its requests go; then the containers that ask for a host and get \
                no requests, with the reason; then what is wrong with files, certificates and containers.

                Exits with 1 when no server answers, so that it also tells whether one is healthy.
                """)
    }

    @Option(
        help: ArgumentHelp(
            "The server's control socket. (default: $PORTICO_CONTROL, else portico.sock in $XDG_RUNTIME_DIR or /run)",
            valueName: "path"))
    var control: String?

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    func run() throws {
        let path = control ?? Settings.defaultControlSocket(Environment(ProcessInfo.processInfo.environment))
        let answer = try ControlClient.ask("/routes", at: path)
        print(json ? answer.json : try answer.report().text, terminator: "")
    }
}
