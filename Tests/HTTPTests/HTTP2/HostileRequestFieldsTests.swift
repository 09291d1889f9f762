import HTTP
import Testing

/// What no honest client sends, or sends to another server than this one.
@Suite("Hostile requests of HTTP/2")
struct HostileRequestFieldsTests {
    typealias Fields = [(String, String)]

    @Test(
        "are malformed where RFC 9113 §8.2 forbids a field",
        arguments: [
            ("Accept", "x"), ("aCcept", "x"), ("", "x"), ("a b", "x"), ("a:b", "x"), ("a\u{0}", "x"), ("a\r\nb", "x"),
            ("a\n", "x"), ("ä", "x"), ("a\u{7f}", "x"), ("a\t", "x"), ("a(", "x"), ("a/", "x"), (" a", "x"),
            ("x", "a\r\nhost: b"), ("x", "a\nb"), ("x", "a\rb"), ("x", "a\u{0}b"), ("x", "\u{1}"), ("x", "a\u{7f}"),
            ("x", " a"), ("x", "a "), ("x", "\ta"), ("x", "a\t"), ("x", " "), ("x", "a\r"), ("x", "\n"),
            ("connection", "close"), ("connection", ""), ("proxy-connection", "x"), ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"), ("transfer-encoding", "identity"), ("upgrade", "websocket"),
            ("te", "gzip"), ("te", ""), ("te", "trailers, gzip"), ("te", "trailers;q=1"),
        ])
    func malformedField(name: String, value: String) {
        #expect(AssembledRequest.get([("x-a", "1"), (name, value), ("x-b", "2")]).result == .malformed)
    }

    @Test(
        "are malformed where pseudo-fields are not as RFC 9113 §8.3 has them",
        arguments: [
            [], [("x", "y")],
            AssembledRequest.pseudo(method: ""), AssembledRequest.pseudo(scheme: ""), AssembledRequest.pseudo(path: ""),
            AssembledRequest.pseudo() + [(":method", "GET")], AssembledRequest.pseudo() + [(":path", "/")],
            AssembledRequest.pseudo() + [(":scheme", "https")], AssembledRequest.pseudo() + [(":authority", "a.test")],
            AssembledRequest.pseudo() + [(":status", "200")], AssembledRequest.pseudo() + [(":x", "y")],
            AssembledRequest.pseudo() + [(":", "y")], AssembledRequest.pseudo() + [(":Path", "/")],
            AssembledRequest.pseudo() + [(":path ", "/")],
            AssembledRequest.pseudo(authority: "") + [("host", "a.test"), (":authority", "a.test")],
            AssembledRequest.pseudo() + [("x", "y"), (":path", "/")],
            [(":method", ""), (":scheme", "https"), (":path", "/"), (":authority", "a.test")],
            [(":method", "GET"), (":scheme", ""), (":path", "/"), (":authority", "a.test")],
            [(":method", "GET"), (":scheme", "https"), (":path", ""), (":authority", "a.test")],
            [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "")],
            [(":method", "CONNECT")], [(":method", "CONNECT"), ("host", "a.test:443")],
            [(":method", "CONNECT"), (":authority", "a.test")],
            [(":method", "CONNECT"), (":authority", "a.test:443"), (":path", "/")],
            [(":method", "CONNECT"), (":authority", "a.test:443"), (":scheme", "https")],
            AssembledRequest.pseudo(method: "CONNECT", authority: "a.test:443"),
        ] as [Fields])
    func malformedPseudoFields(fields: Fields) {
        #expect(AssembledRequest(fields).result == .malformed)
    }

    @Test(
        "are malformed where the path is none",
        arguments: [
            "a", "a/b", "https://a.test/", "//a b", "/ ", "/a b", "/\u{0}", "/a\r\nx: y", "/a\n", "/\u{7f}", "/a\tb",
            "/#x", "/?a#b", "*", "*/", "/ HTTP/1.1", "?x",
        ])
    func path(text: String) {
        #expect(AssembledRequest(AssembledRequest.pseudo(path: text)).result == .malformed)
    }

    @Test("are malformed where an OPTIONS has neither a path nor an asterisk", arguments: ["**", "*?", "a", "* "])
    func optionsPath(text: String) {
        #expect(AssembledRequest(AssembledRequest.pseudo(method: "OPTIONS", path: text)).result == .malformed)
    }

    @Test(
        "are malformed where the method is no token", arguments: ["G T", "GET / HTTP/1.1\r\n", "GET:", "Ä", "GET\t/"])
    func method(text: String) {
        #expect(AssembledRequest(AssembledRequest.pseudo(method: text)).result == .malformed)
    }

    @Test(
        "are malformed where the scheme is none, and refused where it is another",
        arguments: [
            ("ht tp", HTTP2HeadResult.malformed), ("https://", .malformed), ("1http", .malformed),
            ("http:", .malformed),
            ("ftp", .refused(.malformedTarget)), ("ws", .refused(.malformedTarget)),
            ("x+y", .refused(.malformedTarget)),
        ])
    func scheme(text: String, expected: HTTP2HeadResult) {
        #expect(AssembledRequest(AssembledRequest.pseudo(scheme: text)).result == expected)
    }

    @Test(
        "are refused where the authority is no host",
        arguments: [
            "u@a.test", "u:p@a.test", "a.test/x", "a.test?x", "a.test#x", "a.test\\x", "a test", "a.test:", "a.test:x",
            "a.test:65536", "a.test:+1", "a..test", ".a", "[::1", "[x]", "::1", "a.test,b.test", "%61.test", "ä.test",
        ])
    func authority(text: String) {
        #expect(AssembledRequest(AssembledRequest.pseudo(authority: text)).result == .refused(.malformedHost))
        let host = AssembledRequest.pseudo(authority: "") + [("host", text)]
        #expect(AssembledRequest(host).result == .refused(.malformedHost))
    }

    @Test(
        "are refused as they are in HTTP/1",
        arguments: [
            (AssembledRequest.pseudo(authority: ""), RequestError.missingHost),
            (AssembledRequest.pseudo() + [("host", "b.test")], .contradictoryHost),
            (AssembledRequest.pseudo() + [("host", "a.test:443")], .contradictoryHost),
            (AssembledRequest.pseudo() + [("host", "")], .contradictoryHost),
            (AssembledRequest.pseudo() + [("host", "a.test"), ("host", "a.test")], .repeatedHost),
            (AssembledRequest.pseudo() + [("host", "a.test"), ("host", "b.test")], .repeatedHost),
            (AssembledRequest.pseudo(authority: "") + [("host", "a.test"), ("host", "a.test")], .repeatedHost),
            (AssembledRequest.pseudo(authority: "") + [("host", "")], .malformedHost),
            (
                AssembledRequest.pseudo() + [("authorization", "Basic YTpi"), ("authorization", "x")],
                .repeatedAuthorization
            ),
            (AssembledRequest.pseudo() + [("content-length", "0"), ("content-length", "0")], .repeatedContentLength),
        ] as [(Fields, RequestError)])
    func refused(fields: Fields, error: RequestError) {
        #expect(AssembledRequest(fields).result == .refused(error))
        #expect(error.status == 400)
    }

    @Test(
        "are malformed where the length is none, or not that of the content",
        arguments: [
            ("x", false), ("", false), ("-1", false), ("+1", false), ("1 2", false), ("1,1", false), ("0x1", false),
            ("9223372036854775808", false), ("99999999999999999999", false), ("5", true), ("1", true),
        ])
    func contentLength(value: String, endsStream: Bool) {
        #expect(AssembledRequest.get([("content-length", value)], endsStream: endsStream).result == .malformed)
    }

    @Test(
        "of CONNECT with a userinfo or a path in the authority are malformed", arguments: ["u@a:443", "a:443/x", "a"])
    func connectAuthority(text: String) {
        #expect(AssembledRequest([(":method", "CONNECT"), (":authority", text)]).result == .malformed)
    }
}

@Suite("The limits of requests of HTTP/2")
struct HTTP2HeadLimitsTests {
    // The four pseudo-fields of `AssembledRequest.get`, with 32 bytes a field.
    private static let base = (7 + 3) + (7 + 5) + (5 + 1) + (4 + 6) + 4 * 32

    private static func result(_ fields: [(String, String)], limits: HeadLimits) -> HTTP2HeadResult {
        AssembledRequest(AssembledRequest.pseudo() + fields, limits: limits).result
    }

    @Test("count 32 bytes with each field (RFC 9113 §6.5.2)")
    func size() {
        let limits = HeadLimits(startLine: 100, fieldLine: 200, head: Self.base + 2 * (32 + 1) + 50, fields: 10)
        let value = String(repeating: "v", count: 25)
        #expect(Self.result([("a", value), ("b", value)], limits: limits) == .complete)
        let error = RequestError.fields(.sectionTooLarge)
        #expect(Self.result([("a", value), ("b", value + "v")], limits: limits) == .refused(error))
        #expect(Self.result([("a", value), ("b", value), ("c", "")], limits: limits) == .refused(error))
        #expect(error.status == 431)
    }

    @Test("bound a field, as a line of HTTP/1")
    func line() {
        let limits = HeadLimits(startLine: 100, fieldLine: 64, head: 10_000, fields: 10)
        #expect(Self.result([("abc", String(repeating: "v", count: 57))], limits: limits) == .complete)
        #expect(
            Self.result([("abc", String(repeating: "v", count: 58))], limits: limits)
                == .refused(.fields(.lineTooLong)))
    }

    @Test("bound the number of fields; Host counts, pseudo-fields do not")
    func number() {
        let limits = HeadLimits(startLine: 100, fieldLine: 64, head: 10_000, fields: 5)
        let fields = (0..<4).map { ("x\($0)", "") }
        #expect(Self.result(fields, limits: limits) == .complete)
        #expect(Self.result(fields + [("y", "")], limits: limits) == .refused(.fields(.tooManyFields)))
    }

    @Test("bound method and target as the request line of HTTP/1")
    func target() {
        let limits = HeadLimits(startLine: 64, fieldLine: 64, head: 10_000, fields: 5)
        let path = "/" + String(repeating: "p", count: 64 - 12 - 3 - 1)
        #expect(AssembledRequest(AssembledRequest.pseudo(path: path), limits: limits).result == .complete)
        let refused = AssembledRequest(AssembledRequest.pseudo(path: path + "p"), limits: limits)
        #expect(refused.result == .refused(.requestLineTooLong))
        #expect(RequestError.requestLineTooLong.status == 414)
    }

    @Test("leave method and target for the log where a head is too large")
    func log() {
        let limits = HeadLimits(startLine: 100, fieldLine: 64, head: 10_000, fields: 1)
        let request = AssembledRequest(AssembledRequest.pseudo(path: "/x?y") + [("a", "b")], limits: limits)
        #expect(request.result == .refused(.fields(.tooManyFields)))
        #expect(request.head.method == .get && request.text(request.head.target) == "/x?y")
        #expect(request.text(request.head.pathAndQuery) == "/x?y")
    }

    @Test("do not hide what is malformed before they are exceeded")
    func malformedFirst() {
        let limits = HeadLimits(startLine: 100, fieldLine: 64, head: 10_000, fields: 1)
        #expect(Self.result([("A", "b"), ("c", "d")], limits: limits) == .malformed)
    }

    @Test("hold for what a client may send by default")
    func defaults() {
        let value = String(repeating: "v", count: 8000)
        let three = [("a", value), ("b", value), ("c", value)]
        #expect(AssembledRequest.get(three).result == .complete)
        #expect(AssembledRequest.get(three + three).result == .refused(.fields(.sectionTooLarge)))
        let crumbs = (0..<198).map { ("cookie", "c\($0)=1") }
        #expect(AssembledRequest.get(crumbs).result == .complete)
        #expect(AssembledRequest.get(crumbs + crumbs).result == .refused(.fields(.tooManyFields)))
    }
}
