internal import Bytes
internal import Net
internal import Passwords
internal import Proxy
internal import Routing
internal import TLS

/// A whole worker between clients of this process and a backend that notes what reaches it.
///
/// `site.test` may be asked by anyone, `door.test` by Alice and `shut.test` by nobody; all lead to the same backend.
final class ProxyUnderTest {
    /// The most bytes of a body that are passed on.
    static let bodyLimit = 1000
    /// What Alice must send.
    static let credentials = "alice:secret"

    let backend: RecordingBackend
    private let endpoint: Endpoint
    private let threads: WorkerThreads

    init() throws {
        backend = try RecordingBackend()
        let isServing = try Semaphore()
        var settings = WorkerSettings()
        settings.httpAddresses = [Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 0)]
        threads = try WorkerThreads(
            count: 1, settings: settings, hashing: HashingThreads(count: 1), log: nil, ticketKeys: TicketKeys(),
            report: { if case .serving = $0 { isServing.signal() } })
        endpoint = threads.httpAddresses[0]
        let hosts = ["door.test", "shut.test", "site.test"].map { Self.host(ByteString($0), backend.endpoint) }
        let passwords = PasswordFile(parsing: Array("alice:{PLAIN}secret\n".utf8))
        threads.serve(
            ServingConfiguration(
                snapshot: RoutingSnapshot(generation: 1, hosts: hosts, defaultHost: nil),
                passwordFiles: ["/door": .loaded(passwords)], certificates: CertificateSelector()))
        isServing.wait()
    }

    private static func host(_ name: ByteString, _ backend: Endpoint) -> VirtualHost {
        var settings = LocationSettings()
        settings.maxBodySize = bodyLimit
        // What goes through a tunnel is no request, so that nothing could be said of it.
        settings.passesUpgrade = false
        if name == "shut.test" { settings.accessRules = [AccessRule(allows: false, clients: .all)] }
        if name == "door.test" {
            settings.authentication = Authentication(realm: Template(literal: "Door"), file: "/door")
        }
        return VirtualHost(
            name: name,
            locations: [
                Location(
                    settings: settings,
                    upstream: Upstream(key: name, backends: [Backend(endpoint: backend, origin: "")]))
            ])
    }

    /// Sends the bytes on a connection of their own, with the end behind them.
    ///
    /// - Returns: what the client got, and what had reached the backend when all was over.
    func exchange(
        _ bytes: [UInt8], answer: [UInt8]?
    ) throws(Violation) -> (received: [UInt8], isWhole: Bool, record: RecordingBackend.Record) {
        backend.begin(answer: answer)
        let client = try ClientStream(to: endpoint)
        try client.send(bytes)
        client.endSending()
        let (received, isWhole) = try client.receive()
        try waitForCheckpoint()
        return (received, isWhole, backend.recorded)
    }

    /// The worker does one thing after the other, so that what it is asked now comes behind what it did before.
    private func waitForCheckpoint() throws(Violation) {
        let client = try ClientStream(to: endpoint)
        try client.send(
            Array("GET \(backend.checkpoint.text) HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n".utf8))
        let (answer, _) = try client.receive()
        try require(answer.starts(with: "HTTP/1.1 200".utf8), "the proxy still serves: \(answer.text)")
    }
}
