import Foundation

/// A running `portico serve`.
final class FrontDoor {
    let site: Site
    let http: Int
    let https: Int
    private let process: RunningProcess

    /// Starts it on the loopback address, or on ports 80 and 443 of an engine's network, and waits until it serves.
    init(
        _ site: Site, docker: String = "none", inside engine: DockerEngine? = nil, environment: [String: String] = [:],
        arguments: [String] = []
    ) throws {
        self.site = site
        http = try engine == nil ? freePort() : 80
        https = try engine == nil ? freePort() : 443
        let address = engine == nil ? "127.0.0.1" : "0.0.0.0"
        let serve =
            [
                Checkout.portico, "serve", "--http", "\(address):\(http)", "--https", "\(address):\(https)",
                "--certs", site.folder["certs"], "--vhosts", site.folder["vhost.d"],
                "--passwords", site.folder["passwords"], "--docker", docker, "--control", site.folder["control.sock"],
            ] + arguments
        let ports = ["HTTP_PORT": "\(http)", "HTTPS_PORT": "\(https)"]
        process = try RunningProcess(
            Command(engine?.enterNetwork(serve) ?? serve, environment: ports.merging(environment) { $1 }),
            output: site.folder["access.log"], errors: site.folder["portico.log"])
        var last: Command.Outcome?
        do {
            try eventually("portico serves", within: .seconds(20)) {
                last = try routesCommand().outcome()
                return last?.status == 0 || !process.isRunning
            }
        } catch {
            throw Command.Failure(description: "\(error): \(last?.description ?? "")\(log)")
        }
        guard process.isRunning else { throw Command.Failure(description: "portico did not start: \(log)") }
    }

    /// The number of its process.
    var id: pid_t { process.id }

    /// What it wrote to standard error.
    var log: String { site.folder.read("portico.log") }

    /// What it wrote to standard output: the access log.
    var accessLog: String { site.folder.read("access.log") }

    /// What it routes now, as `portico routes` tells it.
    func routes() throws -> String { try routesCommand().run() }

    private func routesCommand() -> Command {
        Command([Checkout.portico, "routes", "--control", site.folder["control.sock"]])
    }

    /// The most memory that it has had in use at once, in bytes.
    func peakMemory() throws -> Int { try process.peakMemory() }

    /// Its process.
    var processID: pid_t { process.id }

    /// Sends it a signal.
    func signal(_ number: Int32) { process.signal(number) }

    /// Waits for its end; nil where it still runs after `limit`.
    func status(within limit: Duration) -> Int32? { process.status(within: limit) }
}
