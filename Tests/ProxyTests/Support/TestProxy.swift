import Bytes
import HTTP
import Net
import Proxy
import Routing
import TLS

/// Workers on a port of this machine, which serve what a test configures.
final class TestProxy {
    /// Where the proxy listens.
    let endpoint: Endpoint
    /// Where the proxy listens for TLS.
    let secureEndpoint: Endpoint
    /// What the workers have reported.
    let reports = Watched<[WorkerReport]>([])
    /// The certificates that clients of TLS are shown.
    var certificates = SecureStream.certificates
    /// Whose certificates are believed of backends over TLS.
    var backendContexts: [ByteString: BackendContext] = [:]
    /// What TLS connections must be like for requests of some hosts.
    var connectionDemands: [ByteString: ConnectionDemand] = [:]
    /// The files that `access_log` names.
    private let logFiles: [String: LogFile]
    private let threads: WorkerThreads
    private let workerCount: Int
    /// Kept alive for as long as the proxy is.
    var backends: [ScriptedBackend] = []
    private var generation: UInt64 = 0
    private var hasEnded = false

    init(
        _ hosts: [VirtualHost], defaultHost: Int? = nil, passwordFiles: [String: PasswordSource] = [:],
        workers: Int = 1, log: LogWriter? = nil, logFiles: [String: LogFile] = [:],
        configure: (inout WorkerSettings) -> Void = { _ in }
    ) throws {
        self.logFiles = logFiles
        var settings = WorkerSettings()
        settings.httpAddresses = [Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 0)]
        settings.httpsAddresses = settings.httpAddresses
        configure(&settings)
        workerCount = workers
        threads = try WorkerThreads(
            count: workers, settings: settings, hashing: HashingThreads(count: 1), log: log,
            ticketKeys: TicketKeys(), report: { [reports] report in reports.update { $0.append(report) } })
        endpoint = threads.httpAddresses[0]
        secureEndpoint = threads.httpsAddresses[0]
        try serve(hosts, defaultHost: defaultHost, passwordFiles: passwordFiles)
    }

    /// One host, `registry.test`, whose requests go to the backends.
    convenience init(
        to backends: [ScriptedBackend], workers: Int = 1, settings: (inout LocationSettings) -> Void = { _ in },
        configure: (inout WorkerSettings) -> Void = { _ in }
    ) throws {
        let endpoints = backends.map(\.endpoint)
        try self.init([.forwarding("registry.test", to: endpoints, settings)], workers: workers, configure: configure)
        self.backends = backends
    }

    deinit {
        if !hasEnded { threads.stop() }
        threads.join()
    }

    /// Replaces what is served, and waits until every worker does; `meanwhile` runs before that.
    func serve(
        _ hosts: [VirtualHost], defaultHost: Int? = nil, passwordFiles: [String: PasswordSource] = [:],
        meanwhile: () throws -> Void = {}
    ) throws {
        generation += 1
        var configuration = ServingConfiguration(
            snapshot: RoutingSnapshot(generation: generation, hosts: hosts, defaultHost: defaultHost),
            passwordFiles: passwordFiles, certificates: certificates, backendContexts: backendContexts,
            connectionDemands: connectionDemands)
        configuration.logFiles = logFiles
        threads.serve(configuration)
        try meanwhile()
        let expected = generation
        try reports.wait(for: "generation \(expected)") { reports in
            reports.count { if case .serving(expected) = $0 { true } else { false } } == workerCount
        }
    }

    func connect(receiveBuffer: Int32? = nil, isSecure: Bool = false) throws -> TestStream {
        let client = try TestStream.connect(
            to: isSecure ? secureEndpoint : endpoint, receiveBuffer: receiveBuffer, isSecure: isSecure)
        client.proxy = self
        return client
    }

    /// Connects over TLS, naming a host or none, and ready to show a certificate.
    func connect(
        naming serverName: String?, showing client: (certificate: String, key: String)? = nil
    ) throws
        -> TestStream
    {
        let descriptor = try TestStream.descriptor(to: secureEndpoint)
        let stream = SecureStream(owning: descriptor, serverName: serverName, client: client)
        stream.proxy = self
        return stream
    }

    /// Connects and speaks HTTP/2: over TLS when it was agreed on, in the clear from the first byte.
    func connectHTTP2(
        isSecure: Bool = false, naming serverName: String? = "registry.test", limits: HTTP2Limits = HTTP2Limits(),
        receiveBuffer: Int32? = nil
    ) throws -> HTTP2Client {
        let descriptor = try TestStream.descriptor(
            to: isSecure ? secureEndpoint : endpoint, receiveBuffer: receiveBuffer)
        let stream =
            isSecure
            ? SecureStream(owning: descriptor, serverName: serverName, protocols: ["h2", "http/1.1"])
            : TestStream(owning: descriptor)
        stream.proxy = self
        return HTTP2Client(stream, limits: limits)
    }

    /// Sends one request on a connection of its own and takes the answer.
    func answer(to request: String, method: String = "GET", isSecure: Bool = false) throws -> Message {
        let client = try connect(isSecure: isSecure)
        try client.send(request)
        return try client.receiveResponse(to: method)
    }

    /// Listens on a further port of this machine, for those hosts alone that ask for it.
    func listen(on port: UInt16, isSecure: Bool = false) throws -> ListenAddress {
        let address = ListenAddress(
            Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: port), isSecure: isSecure, isExternal: true)
        try threads.listen(on: address)
        return address
    }

    /// Listens there no more.
    func stopListening(on address: ListenAddress) { threads.stopListening(on: address) }

    /// Accepts nothing more; what runs goes on.
    func drain() { threads.drain() }

    /// Waits until every worker has ended by itself.
    func waitUntilEnded() throws {
        try reports.wait(for: "the workers to end") { reports in
            reports.count { if case .ended = $0 { true } else { false } } == workerCount
        }
        hasEnded = true
    }

    /// The failures that the workers have reported, by their reason.
    var failures: [String] {
        reports.current.compactMap { if case .failed(let error, _, _) = $0 { "\(error.reason)" } else { nil } }
    }

    /// Why requests went on to another backend.
    var passedOver: [String] {
        reports.current.compactMap { if case .passedOver(let error, _, _) = $0 { "\(error.reason)" } else { nil } }
    }
}

extension VirtualHost {
    /// A host whose requests go to the backends, over both schemes.
    static func forwarding(
        _ name: ByteString, to backends: [Endpoint], _ configure: (inout LocationSettings) -> Void = { _ in }
    ) -> VirtualHost {
        var settings = LocationSettings()
        configure(&settings)
        let upstream = Upstream(
            key: name, backends: backends.map { Backend(endpoint: $0, origin: "test") })
        return VirtualHost(name: name, locations: [Location(settings: settings, upstream: upstream)])
    }
}

/// A request of HTTP/1.1 without a body for the host of most tests.
let plainGet = "GET /v2/ HTTP/1.1\r\nHost: registry.test\r\n\r\n"
