import Bytes
import Glibc
import Net
import Proxy
import Routing
import Testing

@Suite("Listening", .timeLimit(.minutes(10)))
struct DownstreamListenerTests {
    @Test("serves IPv6 clients and backends, and names their addresses")
    func ipv6() throws {
        let loopback = Endpoint(address: try #require(IPAddress("::1")), port: 0)
        let backend = try ScriptedBackend(at: loopback) { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        let proxy = try TestProxy(to: [backend], configure: { $0.httpAddresses = [loopback] })
        #expect(proxy.endpoint.address.isIPv6)
        #expect(try proxy.answer(to: plainGet).text == "ok")
        let request = try backend.requests(1)[0]
        #expect(request["X-Forwarded-For"] == "::1")
        #expect(request["X-Real-IP"] == "::1")
    }

    @Test("spreads clients over the workers")
    func spread() throws {
        let proxy = try TestProxy(to: [.answering()], workers: 2)
        for _ in 1...40 { #expect(try proxy.answer(to: plainGet).status == 200) }
    }

    @Test("waits for descriptors when they have run out, says so, and serves on when there are some again")
    func descriptorShortage() async {
        await #expect(processExitsWith: .success) {
            let proxy = try TestProxy(to: [.answering()])
            var limit = rlimit(rlim_cur: 96, rlim_max: 96)
            guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(2) }
            var sockets: [Int32] = []
            while case let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), raw >= 0 { sockets.append(raw) }
            for raw in sockets.suffix(4) { close(raw) }
            sockets.removeLast(4)
            // More clients than the four descriptors that are left to accept them with.
            for raw in sockets.prefix(8) where TestStream.connect4(raw, proxy.endpoint) != 0 { exit(4) }
            try proxy.reports.wait(for: "a report") { reports in
                reports.contains { if case .outOfDescriptors = $0 { true } else { false } }
            }
            for raw in sockets { close(raw) }
            guard try proxy.answer(to: plainGet).status == 200 else { exit(3) }
        }
    }

    /// A port of this machine that nobody listens on just now.
    private func freePort() throws -> UInt16 {
        let socket = try Socket.listen(on: .ip(Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 0)))
        return try #require(Socket.localEndpoint(socket.raw)).port
    }

    private func host(_ name: ByteString, at backend: ScriptedBackend, http: HostPort) -> VirtualHost {
        var host = VirtualHost.forwarding(name, to: [backend.endpoint])
        host.httpPort = http
        return host
    }

    @Test("serves on a further port only the hosts that ask for it, and those nowhere else")
    func externalPort() throws {
        let backend = try ScriptedBackend.answering()
        let port = try freePort()
        let proxy = try TestProxy(
            [
                host("registry.test", at: backend, http: .external(port)),
                host("other.test", at: backend, http: .standard),
                host("nowhere.test", at: backend, http: .none),
            ], workers: 2)
        #expect(try proxy.answer(to: plainGet).status == 503)
        let address = try proxy.listen(on: port)
        let ask = { (name: String, endpoint: Endpoint) throws in
            let client = try TestStream.connect(to: endpoint)
            try client.send("GET / HTTP/1.1\r\nHost: \(name)\r\n\r\n")
            return try client.receiveResponse(to: "GET").status
        }
        #expect(try ask("registry.test", address.endpoint) == 200)
        #expect(try ask("other.test", address.endpoint) == 503)
        #expect(try ask("nowhere.test", address.endpoint) == 503)
        #expect(try ask("registry.test", proxy.endpoint) == 503)
        #expect(try ask("other.test", proxy.endpoint) == 200)
        #expect(try ask("nowhere.test", proxy.endpoint) == 503)
    }

    @Test("redirects to the host's own port for https")
    func redirectToExternalPort() throws {
        let backend = try ScriptedBackend.answering()
        var host = host("registry.test", at: backend, http: .standard)
        host.httpsMethod = .redirect
        host.httpsPort = .external(8443)
        let proxy = try TestProxy([host])
        let answer = try proxy.answer(to: plainGet)
        #expect(answer.status == 301)
        #expect(answer["Location"] == "https://registry.test:8443/v2/")
        host.httpsPort = .none
        try proxy.serve([host])
        #expect(try proxy.answer(to: plainGet).status == 503)
    }

    @Test("closes a port under an exchange, which goes on to its end, and under idle connections, which end")
    func closedPort() throws {
        let port = try freePort()
        let gate = Signal()
        let backend = try ScriptedBackend { connection in
            while true {
                let request = try connection.receiveRequest()
                if request.startLine.contains("/slow") { try gate.pass() }
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        let proxy = try TestProxy([host("registry.test", at: backend, http: .external(port))])
        let address = try proxy.listen(on: port)
        let idle = try TestStream.connect(to: address.endpoint)
        try idle.send(plainGet)
        #expect(try idle.receiveResponse(to: "GET").status == 200)
        let busy = try TestStream.connect(to: address.endpoint)
        try busy.send("GET /slow HTTP/1.1\r\nHost: registry.test\r\n\r\n")
        _ = try backend.requests(2)
        proxy.stopListening(on: address)
        #expect(try idle.receiveToEnd().isEmpty)
        gate.open()
        let answer = try busy.receiveResponse(to: "GET")
        #expect(answer.status == 200)
        #expect(answer["Connection"] == "close")
        #expect(try busy.receiveToEnd().isEmpty)
        // The port is free again, and can be had again.
        #expect(throws: (any Error).self) { try TestStream.connect(to: address.endpoint) }
        let again = try TestStream.connect(to: try proxy.listen(on: port).endpoint)
        try again.send(plainGet)
        #expect(try again.receiveResponse(to: "GET").status == 200)
    }

    @Test("serves who was let in by the kernel before the port was closed")
    func waitingClients() throws {
        let port = try freePort()
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy([host("registry.test", at: backend, http: .external(port))], workers: 2)
        let address = try proxy.listen(on: port)
        let clients = try (0..<100).map { _ in try TestStream.connect(to: address.endpoint) }
        for client in clients { try client.send(plainGet) }
        proxy.stopListening(on: address)
        for client in clients { #expect(try client.receiveResponse(to: "GET").status == 200) }
    }

    @Test("says which port another program has, and leaves no socket behind")
    func takenPort() throws {
        let taken = try Socket.listen(on: .ip(Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 0)))
        let port = try #require(Socket.localEndpoint(taken.raw)).port
        let proxy = try TestProxy(to: [.answering()], workers: 2)
        let error = #expect(throws: ListenError.self) { try proxy.listen(on: port) }
        #expect(error?.cause.code == EADDRINUSE)
        #expect(try proxy.answer(to: plainGet).status == 200)
    }
}
