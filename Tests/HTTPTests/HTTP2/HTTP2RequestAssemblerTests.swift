import Bytes
import HTTP
import Testing

@Suite("Requests of HTTP/2")
struct HTTP2RequestAssemblerTests {
    @Test("come to the head that HTTP/1 would have made")
    func head() {
        let request = AssembledRequest(
            AssembledRequest.pseudo(method: "PATCH", path: "/a/b?c=d?e", authority: "A.test.:8443")
                + [("accept", "*/*"), ("content-length", "12"), ("expect", "100-continue")], endsStream: false)
        let head = request.head
        #expect(request.result == .complete)
        #expect(head.version == .http2)
        #expect(head.method == .patch && request.text(head.methodRange) == "PATCH")
        #expect(head.form == .origin && request.text(head.target) == "/a/b?c=d?e")
        #expect(request.text(head.path) == "/a/b" && head.hasQuery && request.text(head.query) == "c=d?e")
        #expect(request.text(head.pathAndQuery) == "/a/b?c=d?e")
        #expect(request.text(head.host) == "A.test.:8443" && request.text(head.hostName) == "A.test")
        #expect(head.framing == .length(12) && head.expectsContinue && head.isPersistent)
        #expect(head.upgrade.isEmpty && !head.isExtendedConnect)
        #expect(
            request.kept == ["host: A.test.:8443", "accept: */*", "content-length: 12", "expect: 100-continue"])
        #expect(head.fields.first(.host) != nil && head.fields.first(.accept) != nil)
    }

    @Test("take their host from Host where there is no authority")
    func hostAlone() {
        let request = AssembledRequest(AssembledRequest.pseudo(authority: "") + [("host", "[::1]:80")])
        #expect(request.result == .complete)
        #expect(request.text(request.head.host) == "[::1]:80" && request.text(request.head.hostName) == "[::1]")
        #expect(request.kept == ["host: [::1]:80"])
    }

    @Test("name one host once, where Host and the authority agree")
    func hostTwice() {
        let request = AssembledRequest.get([("x", "1"), ("host", "A.TEST")])
        #expect(request.result == .complete)
        #expect(request.text(request.head.host) == "a.test")
        #expect(request.kept == ["host: a.test", "x: 1"])
    }

    @Test(
        "are framed by what is declared and by the end of the stream",
        arguments: [
            ([], true, BodyFraming.none), ([], false, .chunked),
            ([("content-length", "0")], true, .length(0)), ([("content-length", "0")], false, .length(0)),
            ([("content-length", "5")], false, .length(5)), ([("content-length", "005")], false, .length(5)),
        ] as [([(String, String)], Bool, BodyFraming)])
    func framing(fields: [(String, String)], endsStream: Bool, expected: BodyFraming) {
        let request = AssembledRequest.get(fields, endsStream: endsStream)
        #expect(request.result == .complete)
        #expect(request.head.framing == expected)
    }

    @Test("wait for a 100 only before a body")
    func expectation() {
        let expects = [("expect", "100-Continue")]
        #expect(AssembledRequest.get(expects, endsStream: false).head.expectsContinue)
        #expect(!AssembledRequest.get(expects).head.expectsContinue)
        #expect(AssembledRequest.get([("expect", "x")]).result == .refused(.unsupportedExpectation))
    }

    @Test("have the crumbs of their cookies joined where the first one stood (RFC 9113 §8.2.3)")
    func cookies() {
        let request = AssembledRequest.get([
            ("a", "1"), ("cookie", "b=2"), ("c", "3"), ("cookie", ""), ("cookie", "d=4; e=5"), ("f", "6"),
        ])
        #expect(request.result == .complete)
        #expect(request.kept == ["host: a.test", "a: 1", "cookie: b=2; d=4; e=5", "c: 3", "f: 6"])
        #expect(AssembledRequest.get([("cookie", "a=1")]).kept == ["host: a.test", "cookie: a=1"])
        #expect(AssembledRequest.get([("cookie", "a=1"), ("cookie", "")]).kept == ["host: a.test", "cookie: a=1"])
    }

    @Test("lose what is of this hop only, and names with an underscore")
    func dropped() {
        let request = AssembledRequest.get([
            ("te", "Trailers"), ("proxy", "x"), ("proxy-authorization", "x"), ("http2-settings", "x"), ("trailer", "x"),
            ("x_forwarded_for", "1"), ("x-a", "1"),
        ])
        #expect(request.result == .complete)
        #expect(request.kept == ["host: a.test", "x-a: 1"])
    }

    @Test("ask about the server itself with OPTIONS")
    func asterisk() {
        let request = AssembledRequest(AssembledRequest.pseudo(method: "OPTIONS", path: "*"))
        #expect(request.result == .complete)
        #expect(request.head.form == .asterisk && request.text(request.head.path) == "*")
    }

    @Test("may have any token for a method, bytes above ASCII in their path, and either scheme")
    func unusual() {
        let request = AssembledRequest(AssembledRequest.pseudo(method: "pUrge!", scheme: "HTTP", path: "/ä?ö|\"<>"))
        #expect(request.result == .complete)
        #expect(request.head.method == .other && request.text(request.head.methodRange) == "pUrge!")
        #expect(request.text(request.head.path) == "/ä")
    }

    @Test("do not depend on what the assembler held before")
    func reuse() {
        var assembler = HTTP2RequestAssembler()
        var before = AssembledRequest([("A", "b")], with: &assembler)
        #expect(before.result == .malformed)
        before = AssembledRequest(
            AssembledRequest.pseudo(authority: "b.test") + [("cookie", "a"), ("cookie", "b"), ("host", "c")],
            with: &assembler)
        #expect(before.result == .refused(.contradictoryHost))
        let request = AssembledRequest(
            AssembledRequest.pseudo() + [("cookie", "c"), ("host", "a.test")], with: &assembler)
        #expect(request.result == .complete)
        #expect(request.kept == ["host: a.test", "cookie: c"])
    }

    @Test("of CONNECT are made for the refusal that HTTP/1 gets")
    func connect() {
        let request = AssembledRequest([(":method", "CONNECT"), (":authority", "a.test:443")], endsStream: false)
        #expect(request.result == .complete)
        #expect(request.head.method == .connect && request.head.form == .authority)
        #expect(request.text(request.head.target) == "a.test:443")
    }
}

@Suite("An extended CONNECT (RFC 8441)")
struct ExtendedConnectTests {
    private static func fields(
        _ name: String = "websocket", _ more: [(String, String)] = []
    ) -> [(String, String)] {
        AssembledRequest.pseudo(method: "CONNECT", path: "/chat?x") + [(":protocol", name)] + more
    }

    @Test("becomes a GET that asks for a WebSocket")
    func webSocket() {
        let request = AssembledRequest(Self.fields("WebSocket", [("origin", "https://a.test")]), endsStream: false)
        let head = request.head
        #expect(request.result == .complete)
        #expect(head.isExtendedConnect && head.method == .get && request.text(head.methodRange) == "GET")
        #expect(request.text(head.target) == "/chat?x" && request.text(head.upgrade) == "WebSocket")
        #expect(head.framing == .none)
        #expect(request.kept == ["host: a.test", "origin: https://a.test"])
    }

    @Test("for another protocol is refused")
    func otherProtocol() {
        #expect(
            AssembledRequest(Self.fields("connect-udp"), endsStream: false).result == .refused(.unsupportedProtocol))
        #expect(RequestError.unsupportedProtocol.status == 501)
    }

    @Test("has a way to speak, and no content")
    func malformed() {
        #expect(AssembledRequest(Self.fields(), endsStream: true).result == .malformed)
        #expect(
            AssembledRequest(Self.fields("websocket", [("content-length", "5")]), endsStream: false).result
                == .malformed)
    }

    @Test(
        "needs all pseudo-fields, and stands with CONNECT only",
        arguments: [
            [
                (":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "a"),
                (":protocol", "websocket"),
            ],
            [(":method", "CONNECT"), (":path", "/"), (":authority", "a"), (":protocol", "websocket")],
            [(":method", "CONNECT"), (":scheme", "https"), (":authority", "a"), (":protocol", "websocket")],
            [(":method", "CONNECT"), (":scheme", "https"), (":path", "/"), (":protocol", "websocket"), ("host", "a")],
        ])
    func incomplete(fields: [(String, String)]) {
        #expect(AssembledRequest(fields, endsStream: false).result == .malformed)
    }
}
