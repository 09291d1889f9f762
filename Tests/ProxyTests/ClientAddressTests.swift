import Bytes
import HTTP
import Routing
import Testing

@testable import Proxy

@Suite("Clients that a trusted proxy names", .timeLimit(.minutes(10)))
struct ClientAddressTests {
    private func rule(
        _ trusted: [String], field: ByteString? = "X-Forwarded-For", recursive: Bool = false
    ) -> ClientAddressRule {
        var rule = ClientAddressRule()
        rule.trusted = trusted.compactMap { IPNetwork($0) }
        rule.field = field
        rule.isRecursive = recursive
        return rule
    }

    /// Who the client of a request is that came from 10.0.0.1:1000 with these fields.
    private func client(_ fields: [String], _ rule: ClientAddressRule) throws -> String {
        let text = "GET / HTTP/1.1\r\nHost: a\r\n" + fields.map { "\($0)\r\n" }.joined() + "\r\n"
        var parser = RequestHeadParser()
        var head = RequestHead()
        let bytes = ContiguousArray(text.utf8)
        guard case .complete = parser.parse(bytes.span, into: &head) else { throw TestFault("not a request: \(text)") }
        let peer = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 1000)
        return bytes.withUnsafeBytes {
            ClientAddress.find(rule, peer: peer, fields: head.fields, in: $0).description
        }
    }

    @Test(
        "are the last of the list, or with recursion the last that is not trusted",
        arguments: [
            (["X-Forwarded-For: 192.0.2.1"], "192.0.2.1:0", "192.0.2.1:0"),
            (["x-forwarded-for: 192.0.2.1, 10.0.0.2"], "10.0.0.2:0", "192.0.2.1:0"),
            (["X-Forwarded-For: 192.0.2.9,192.0.2.1 ,\t10.0.0.2,"], "10.0.0.2:0", "192.0.2.1:0"),
            (["X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 10.0.0.3"], "10.0.0.3:0", "192.0.2.1:0"),
            (["X-Forwarded-For: 10.0.0.2, 10.0.0.3"], "10.0.0.3:0", "10.0.0.2:0"),
            (["X-Forwarded-For: 192.0.2.1:99"], "192.0.2.1:99", "192.0.2.1:99"),
            (["X-Forwarded-For: [2001:db8::1]:99"], "[2001:db8::1]:99", "[2001:db8::1]:99"),
            (["X-Forwarded-For: [2001:db8::1]"], "[2001:db8::1]:0", "[2001:db8::1]:0"),
            (["X-Forwarded-For: 2001:db8::1"], "[2001:db8::1]:0", "[2001:db8::1]:0"),
            (["X-Forwarded-For: evil, 10.0.0.2"], "10.0.0.2:0", "10.0.0.2:0"),
            (["X-Forwarded-For: 192.0.2.1, evil"], "10.0.0.1:1000", "10.0.0.1:1000"),
            (["X-Forwarded-For: unknown"], "10.0.0.1:1000", "10.0.0.1:1000"),
            (["X-Forwarded-For: 192.0.2.1:"], "10.0.0.1:1000", "10.0.0.1:1000"),
            (["X-Forwarded-For: 192.0.2.1:65536"], "10.0.0.1:1000", "10.0.0.1:1000"),
            (["X-Forwarded-For: [192.0.2.1]:1"], "10.0.0.1:1000", "10.0.0.1:1000"),
            (["X-Forwarded-For: []"], "10.0.0.1:1000", "10.0.0.1:1000"),
            (["X-Forwarded-For: ]"], "10.0.0.1:1000", "10.0.0.1:1000"),
            (["X-Forwarded-For: , ,"], "10.0.0.1:1000", "10.0.0.1:1000"),
            (["X-Forwarded-For:"], "10.0.0.1:1000", "10.0.0.1:1000"),
            (["X-Real-IP: 192.0.2.1"], "10.0.0.1:1000", "10.0.0.1:1000"),
            ([], "10.0.0.1:1000", "10.0.0.1:1000"),
        ])
    func lists(fields: [String], last: String, recursive: String) throws {
        #expect(try client(fields, rule(["10.0.0.0/8"])) == last)
        #expect(try client(fields, rule(["10.0.0.0/8"], recursive: true)) == recursive)
        #expect(try client(fields, rule(["10.0.0.2", "192.168.0.0/16"])) == "10.0.0.1:1000")
        #expect(try client(fields, rule(["10.0.0.0/8"], field: nil)) == "10.0.0.1:1000")
    }

    @Test("are the clients everywhere: for rules of access, the backend and $remote_addr")
    func everywhere() throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy(to: [backend]) {
            $0.clientAddress.trusted = ["127.0.0.0/8"].compactMap { IPNetwork($0) }
            $0.accessRules = ["192.0.2.2"].compactMap { IPNetwork($0) }.map {
                AccessRule(allows: false, clients: .network($0))
            }
            $0.addedHeaders = [
                AddedHeader(
                    name: "X-Who",
                    value: Template(pieces: [
                        .variable(.remoteAddress), .literal(" "), .variable(.remotePort), .literal(" "),
                        .variable(.peerAddress),
                    ]), always: true)
            ]
        }
        func answer(_ address: String) throws -> Message {
            try proxy.answer(to: "GET / HTTP/1.1\r\nHost: registry.test\r\nX-Real-IP: \(address)\r\n\r\n")
        }
        #expect(try answer("192.0.2.2").status == 403)
        let good = try answer("192.0.2.1:7")
        #expect(good.status == 200)
        #expect(good["X-Who"] == "192.0.2.1 7 127.0.0.1")
        let request = try backend.requests(1)[0]
        #expect(request["X-Real-IP"] == "192.0.2.1")
        #expect(request["X-Forwarded-For"] == "192.0.2.1")
        // Each request names its own client.
        #expect(try proxy.answer(to: plainGet)["X-Who"]?.hasPrefix("127.0.0.1 ") == true)
    }
}
