import Bytes
import Logging
import Net
import Routing
import TLS
import Testing

@testable import Control

@Suite("TLS to the engine", .timeLimit(.minutes(10)))
struct EngineSecurityTests {
    private let folder: TemporaryFolder
    private let loop: EventLoop

    init() throws {
        folder = try TemporaryFolder()
        loop = try EventLoop()
    }

    @Test(
        "is spoken where it is asked for or a file is there",
        arguments: [
            ([:], [], nil),
            (["DOCKER_TLS_VERIFY": ""], [], nil),
            (["DOCKER_TLS_VERIFY": "1"], [], true),
            (["DOCKER_TLS_VERIFY": "0"], [], true),
            ([:], ["ca.pem"], true),
            ([:], ["cert.pem", "key.pem"], false),
        ] as [([String: String], [String], Bool?)])
    func environment(row: (variables: [String: String], files: [String], isVerifying: Bool?)) throws {
        for name in row.files { try folder.write(name, "") }
        var variables = row.variables
        variables["DOCKER_CERT_PATH"] = folder.path
        #expect(EngineSecurity(Environment(variables))?.isVerifying == row.isVerifying)
    }

    @Test("takes the files at home unless another folder is named")
    func home() {
        let security = EngineSecurity(Environment(["DOCKER_TLS_VERIFY": "1", "HOME": "/home/me"]))
        #expect(security?.folder == "/home/me/.docker")
    }

    @Test("settings take it up for TCP alone, and warn where nothing is verified")
    func settings() throws {
        try folder.write("cert.pem", "")
        let settings = { (host: String) throws in
            try Settings(
                options: ServeOptions(),
                environment: Environment(["DOCKER_HOST": host, "DOCKER_CERT_PATH": folder.path]))
        }
        #expect(try settings("unix:///x.sock").engineSecurity == nil)
        let overTCP = try settings("tcp://engine:2376")
        #expect(overTCP.engineSecurity == EngineSecurity(folder: folder.path, mustVerify: false))
        #expect(overTCP.warnings.contains { $0.contains("is not verified") })
    }

    /// An engine over TLS on the loopback address, and a client of it.
    private final class Engine: EventSource {
        let docker: FakeDocker
        let port: UInt16
        private let listener: FileDescriptor
        private let loop: EventLoop
        private var token = Token.none

        init(_ pair: SelfSigned.Pair, in folder: TemporaryFolder, on loop: EventLoop) throws {
            self.loop = loop
            docker = try FakeDocker(on: loop, path: folder.path("docker.sock"))
            try folder.write("server.crt", String(decoding: pair.certificate, as: UTF8.self))
            try folder.write("server.key", String(decoding: pair.key, as: UTF8.self))
            var plan = CertificateSelectorBuilder.Plan(certificates: CertificateFolder.read(folder.path).certificates)
            plan.stranger = TLSHost("server")
            var builder = CertificateSelectorBuilder()
            docker.engine = try TLSEngine(selector: builder.build(plan), ticketKeys: TicketKeys())
            listener = try Socket.listen(on: .ip(Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 0)))
            port = try #require(Socket.localEndpoint(listener.raw)).port
            token = try loop.add(listener.raw, self, interest: .reading)
        }

        func ready(_ readiness: Readiness) {
            while let connection = try? Socket.accept(listener.raw) { try? docker.take(connection.unpack()) }
        }

        func deadlinePassed() {}
    }

    private func client(
        _ engine: Engine, host: String = "localhost", certificates: TemporaryFolder
    ) throws -> DockerClient {
        DockerClient(
            .at(.tcp(host: host, port: engine.port)),
            security: EngineSecurity(folder: certificates.path, mustVerify: true), own: OwnContainer(), on: loop,
            resolver: try NameResolver(on: loop), log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            changed: {})
    }

    @Test("follows an engine whose certificate is for its name or address", arguments: ["localhost", "127.0.0.1"])
    func verified(host: String) throws {
        let pair = try SelfSigned.make(names: ["localhost"], addresses: [IPAddress(ipv4: 0x7f00_0001)], days: 2)
        let engine = try Engine(pair, in: folder, on: loop)
        let certificates = try TemporaryFolder()
        try certificates.write("ca.pem", String(decoding: pair.certificate, as: UTF8.self))
        engine.docker.start("a", host: "a.example", tells: false)
        let client = try client(engine, host: host, certificates: certificates)
        client.start()
        try loop.wait(for: "the first list") { client.isSynchronized }
        engine.docker.start("b", host: "b.example")
        try loop.wait(for: "an event") { client.table.routable.count == 2 }
        client.stop()
    }

    @Test("does not follow one whose certificate is for another name, or signed by somebody else")
    func untrusted() throws {
        let pair = try SelfSigned.make(names: ["other.test"], addresses: [], days: 2)
        let engine = try Engine(pair, in: folder, on: loop)
        let certificates = try TemporaryFolder()
        try certificates.write("ca.pem", String(decoding: pair.certificate, as: UTF8.self))
        let first = try client(engine, certificates: certificates)
        first.start()
        try loop.wait(for: "a refusal") { first.summary.contains("not trusted") }
        first.stop()
        let stranger = try SelfSigned.make(names: ["localhost"], addresses: [], days: 2)
        try certificates.write("ca.pem", String(decoding: stranger.certificate, as: UTF8.self))
        let second = try client(engine, certificates: certificates)
        second.start()
        try loop.wait(for: "a refusal") { second.summary.contains("not trusted") }
        #expect(engine.docker.requests.isEmpty)
        second.stop()
    }

    @Test("says which file is missing, and goes on when it is there")
    func missingFile() throws {
        let pair = try SelfSigned.make(names: ["localhost"], addresses: [], days: 2)
        let engine = try Engine(pair, in: folder, on: loop)
        let certificates = try TemporaryFolder()
        let client = try client(engine, certificates: certificates)
        client.start()
        try loop.wait(for: "a failure") { client.summary.contains("ca.pem") }
        try certificates.write("ca.pem", String(decoding: pair.certificate, as: UTF8.self))
        try loop.wait(for: "the first list") { client.isSynchronized }
        client.stop()
    }
}
