import Foundation

/// One of the two proxies, running.
final class Server {
    let port: UInt16
    private let process: RunningProcess
    private let logPath: String

    /// Starts nginx with a server for each host.
    static func nginx(_ site: Site) throws -> Server {
        let port = try Listener.freePort()
        try site.write("nginx.conf", NginxConfiguration.text(site, port: port))
        return try Server(
            ["nginx", "-p", site.path, "-c", "\(site.path)/nginx.conf", "-e", "\(site.path)/nginx.log"], site, port,
            log: "nginx.log")
    }

    /// Starts Portico with a file for each host.
    static func portico(_ site: Site) throws -> Server {
        let port = try Listener.freePort()
        for host in site.hosts { try site.write("vhost.d/\(host.name)", host.porticoFile) }
        let server = try Server(
            [
                porticoPath, "serve", "--http", "127.0.0.1:\(port)", "--https", "off", "--docker", "none",
                "--vhosts", "\(site.path)/vhost.d", "--certs", "\(site.path)/certs", "--passwords",
                "\(site.path)/passwords", "--control", "\(site.path)/control.sock", "--access-log", "off",
                "--workers", "1",
            ], site, port, log: "portico.log")
        try server.wait(until: "it serves all hosts") { server.log.contains(" serves http on ") }
        return server
    }

    private static var porticoPath: String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "portico").path
    }

    private init(_ command: [String], _ site: Site, _ port: UInt16, log: String) throws {
        self.port = port
        logPath = "\(site.path)/\(log)"
        process = try RunningProcess(command, output: logPath)
        try wait(until: "it listens") { (try? Connection(to: port)) != nil }
    }

    /// What it wrote to standard error.
    var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    /// What its log says of the file of a host.
    func remarks(on host: Site.Host) -> String {
        log.components(separatedBy: "\n").filter { $0.contains("vhost.d/\(host.name):") }.joined(separator: "\n")
    }

    private func wait(until state: String, _ isReached: () -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while !isReached() {
            guard process.isRunning, deadline > .now else { throw HarnessError("not: \(state); its log: \(log)") }
            usleep(2_000)
        }
    }

    /// Asks, and takes the answer.
    func answer(to ask: Ask, of host: Site.Host) throws -> Answer {
        let connection = try Connection(to: port)
        connection.send(ask.bytes(host: "\(host.name):\(port)", backend: host.backend))
        return try Answer(connection.receiveAll(), to: ask.method, port: port)
    }
}
