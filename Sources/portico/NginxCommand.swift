internal import ArgumentParser
internal import Control
private import FoundationEssentials

/// `nginx`, in containers where other programs expect one: acme-companion and scripts ask nginx-proxy's container to reload.
///
/// What it is asked for is done as far as it makes sense here, and the answer is 0 wherever nginx's would be.
struct NginxCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "nginx",
            abstract: "Stand in for nginx: pass what it is asked for on to the running Portico.",
            discussion: """
                reload reads everything again, although every change is live without it. reopen opens the log files anew. \
                stop and quit let requests under way finish and end the server.
                """)
    }

    /// The signals of nginx that are known.
    enum Signal: String, ExpressibleByArgument {
        case quit
        case reload
        case reopen
        case stop
    }

    @Option(name: .customShort("s"), help: ArgumentHelp("reload, reopen, quit or stop", valueName: "signal"))
    var signal: Signal?

    @Flag(name: .customShort("t"), help: "Read everything and show what is wrong.")
    var tests = false

    @Flag(name: .customShort("T"), help: "The same, and show what is routed.")
    var dumps = false

    @Flag(name: .customShort("q"), help: "Show only what is wrong.")
    var isQuiet = false

    @Flag(name: .customShort("v"), help: "Show the version.")
    var showsVersion = false

    @Flag(name: .customShort("V"), help: "Show the version.")
    var showsLongVersion = false

    @Option(name: .customShort("c"), help: "Has no effect.")
    var configurationFile: String?

    @Option(name: .customShort("e"), help: "Has no effect.")
    var errorLog: String?

    @Option(name: .customShort("g"), help: "Has no effect.")
    var directives: String?

    @Option(name: .customShort("p"), help: "Has no effect.")
    var prefix: String?

    func run() throws {
        if showsVersion || showsLongVersion {
            return StandardStreams.tell("nginx version: portico/\(ProductVersion.text)")
        }
        if tests || dumps { return try check() }
        guard let signal else {
            throw CommandFailure(
                "This is Portico, which is already running; nginx cannot be started. See: portico help")
        }
        let environment = Environment(ProcessInfo.processInfo.environment)
        let server = try ServerProcess.find(controlSocket: Settings.defaultControlSocket(environment))
        let request: ServerProcess.Request =
            switch signal {
            case .quit, .stop: .end
            case .reload: .readAgain
            case .reopen: .reopenLogs
            }
        guard server.tell(request) else {
            throw CommandFailure("The server, process \(server.identifier), cannot be told: run this as its user.")
        }
    }

    /// Findings never fail the test: what is wrong with one file stops neither the server nor other hosts.
    private func check() throws {
        let environment = Environment(ProcessInfo.processInfo.environment)
        let settings = try Settings(options: ServeOptions(), environment: environment)
        let report = try Check.run(settings)
        if !isQuiet || report.hasErrors { StandardStreams.tell(String(report.text.dropLast())) }
        if !isQuiet { StandardStreams.tell("nginx: the configuration test is successful") }
        guard dumps else { return }
        let routes = try? ControlClient.ask("/routes", at: Settings.defaultControlSocket(environment)).report()
        if let routes { print(routes.text, terminator: "") }
    }
}
