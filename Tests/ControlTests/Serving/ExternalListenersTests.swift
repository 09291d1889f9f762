import Bytes
import Glibc
import Logging
import Net
import Proxy
import Routing
import Testing

@testable import Control

@Suite("Listeners that hosts ask for", .timeLimit(.minutes(10)))
struct ExternalListenersTests {
    /// What the workers would be told, and which ports they could not have.
    private final class Workers {
        var told: [String] = []
        var taken: Set<UInt16> = []
    }

    private let loop: EventLoop
    private let workers = Workers()
    private let lines = LogLines()
    private let listeners: ExternalListeners

    init() throws {
        let endpoint = { (address: String, port: UInt16) throws in
            Endpoint(address: try #require(IPAddress(address)), port: port)
        }
        loop = try EventLoop()
        let workers = workers
        listeners = ExternalListeners(
            http: [try endpoint("0.0.0.0", 80), try endpoint("127.0.0.1", 81), try endpoint("::1", 80)],
            https: [try endpoint("127.0.0.1", 443)], on: loop, log: lines.logger,
            open: { address throws(ListenError) in
                workers.told.append("open \(address.endpoint)\(address.isSecure ? " tls" : "")")
                guard workers.taken.contains(address.endpoint.port) else { return }
                throw ListenError(address: address.endpoint, cause: SystemError(call: "bind", code: EADDRINUSE))
            },
            close: { workers.told.append("close \($0.endpoint)") })
    }

    private func port(_ number: UInt16, isSecure: Bool = false) -> ExternalPort {
        ExternalPort(number, isSecure: isSecure)
    }

    @Test("open on the addresses of Portico's own, each once, and close when no host asks any more")
    func openAndClose() {
        listeners.close(except: [port(8080), port(8443, isSecure: true)])
        listeners.open([port(8080), port(8443, isSecure: true)])
        #expect(
            Set(workers.told) == ["open 0.0.0.0:8080", "open [::1]:8080", "open 127.0.0.1:8443 tls"])
        workers.told = []
        listeners.close(except: [port(8443, isSecure: true)])
        listeners.open([port(8443, isSecure: true)])
        #expect(Set(workers.told) == ["close 0.0.0.0:8080", "close [::1]:8080"])
        #expect(listeners.findings.isEmpty)
    }

    @Test("are tried again where a port cannot be had, which is said once")
    func retry() throws {
        workers.taken = [8443]
        let ports: Set = [port(8443, isSecure: true)]
        listeners.open(ports)
        #expect(lines.lines.isEmpty)
        try loop.wait(for: "the second try") { listeners.findings.count == 1 }
        #expect(listeners.findings == ["cannot listen on 127.0.0.1:8443 for https: another program uses the port"])
        #expect(lines.lines.count { $0.contains("Cannot listen") } == 1)
        listeners.open(ports)
        #expect(workers.told.count == 2)
        workers.taken = []
        try loop.wait(for: "the third try") { listeners.findings.isEmpty }
        #expect(workers.told.count == 3)
        #expect(lines.lines.last?.contains("Listens on 127.0.0.1:8443 for https") == true)
    }

    @Test("are not tried again when no host asks any more")
    func givenUp() {
        workers.taken = [8080]
        listeners.open([port(8080)])
        listeners.close(except: [])
        workers.told = []
        listeners.open([])
        #expect(workers.told.isEmpty)
        #expect(listeners.findings.isEmpty)
    }
}
