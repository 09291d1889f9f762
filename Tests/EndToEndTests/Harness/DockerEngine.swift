import Foundation

/// A real Docker engine in a network, with processes and mounts, of its own (`scripts/engine own`).
final class DockerEngine: @unchecked Sendable {
    // Sendable because nothing here changes after init but by the locks of the two processes.
    private let process: RunningProcess
    private let folder: TemporaryFolder
    /// The first process inside, by which its namespaces are entered.
    private let gate: pid_t

    private static let only: Result<DockerEngine, any Error> = Result {
        let engine = try DockerEngine()
        atexit {
            if case .success(let engine) = DockerEngine.only { engine.stop() }
        }
        return engine
    }

    /// The engine of this run of tests; it ends with it.
    static func shared() throws -> DockerEngine { try only.get() }

    private init() throws {
        let folder = try TemporaryFolder()
        try Command([Checkout.script("test-certificates"), folder.folder("tls"), "localhost"]).run()
        let process = try RunningProcess(
            Command([Checkout.script("engine"), "own", folder.path]), output: folder["script.log"],
            errors: folder["script.log"], hasLifeline: true)
        self.folder = folder
        self.process = process
        try eventually("the engine answers", within: .seconds(60)) {
            guard process.isRunning else {
                throw Command.Failure(description: folder.read("script.log") + folder.read("engine.log"))
            }
            return try Command(["docker", "version"], environment: ["DOCKER_HOST": "unix://\(folder["docker.sock"])"])
                .outcome().status == 0
        }
        let children = try String(contentsOfFile: "/proc/\(process.id)/task/\(process.id)/children", encoding: .utf8)
        guard let gate = children.split(separator: " ").first.flatMap({ pid_t($0) }) else {
            throw Command.Failure(description: "the engine has no first process")
        }
        self.gate = gate
        try TestImages.load(into: self)
    }

    private func stop() {
        process.endInput()
        if process.status(within: .seconds(30)) == nil { process.signal(SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder.path)
    }

    /// The address of its API, as `DOCKER_HOST` has it.
    var address: String { "unix://\(folder["docker.sock"])" }

    /// The same over TCP and TLS, for clients with the certificate of `certificates`.
    let secureAddress = "tcp://127.0.0.1:2376"

    /// The folder with `ca.pem`, `cert.pem` and `key.pem`, as `DOCKER_CERT_PATH` has it.
    var certificates: String { folder["tls"] }

    /// The arguments that run a command in the engine's network and with its mounts: its `/run`, `/etc/docker`, `/etc/hosts`.
    func enter(_ arguments: [String]) -> [String] {
        ["nsenter", "--target", "\(gate)", "--net", "--mount", "--"] + arguments
    }

    /// The arguments that run a command in the engine's network, with this machine's mounts: a Swift program reads its own
    /// arguments from `/proc`, and the engine's shows only processes of its own.
    func enterNetwork(_ arguments: [String]) -> [String] {
        ["nsenter", "--target", "\(gate)", "--net", "--"] + arguments
    }

    /// Runs `docker` with the arguments, and returns what it printed.
    @discardableResult
    func docker(_ arguments: String..., within limit: Duration = .seconds(60)) throws -> String {
        try Command(enter(["docker"] + arguments)).run(within: limit)
    }

    /// Runs a script of the shell inside.
    @discardableResult
    func shell(_ script: String, environment: [String: String] = [:]) throws -> Command.Outcome {
        try Command(enter(["sh", "-c", script]), environment: environment).outcome(within: .seconds(180))
    }

    /// Makes a name known inside, to the engine too, which looks into the file of names only every few seconds.
    func name(_ name: String, address: String = "127.0.0.1") throws {
        let line = "\(address) \(name)\n"
        guard !folder.read("hosts").contains(line) else { return }
        let file = try FileHandle(forWritingTo: URL(filePath: folder["hosts"]))
        try file.seekToEnd()
        try file.write(contentsOf: Data(line.utf8))
        try file.close()
        try eventually("the engine knows \(name)", within: .seconds(30)) {
            try !shell("docker pull \(name)/unknown").errors.contains("lookup \(name)")
        }
    }

    /// Removes every container, and every network that tests made.
    func clear() throws {
        let containers = try docker("ps", "--all", "--quiet").split(separator: "\n").map(String.init)
        if !containers.isEmpty { try Command(enter(["docker", "rm", "--force", "--volumes"] + containers)).run() }
        try docker("network", "prune", "--force")
    }
}
