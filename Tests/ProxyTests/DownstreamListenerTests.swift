import Bytes
import Glibc
import Proxy
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
}
