import HTTP
import TestSupport
import Testing

@Suite("Request heads")
struct RequestHeadParserTests {
    @Test("reads the parts of an ordinary request")
    func ordinary() throws {
        let text =
            "PUT /v2/a/blobs/uploads/1?digest=sha256%3Aab&x HTTP/1.1\r\nHost: Registry.localhost:8443\r\n"
            + "Content-Length:  12 \r\nX-Thing:\r\nAuthorization: Basic YTpi\r\n\r\nbody"
        let request = try #require(try ParsedRequest.parse(text))
        let head = request.head
        #expect(request.count == text.utf8.count - 4)
        #expect(head.method == .put)
        #expect(request.text(head.methodRange) == "PUT")
        #expect(head.version == .http11)
        #expect(request.text(head.target) == "/v2/a/blobs/uploads/1?digest=sha256%3Aab&x")
        #expect(request.text(head.hostName) == "Registry.localhost")
        #expect(head.framing == .length(12))
        #expect(head.isPersistent)
        #expect(head.fields.map(\.known) == [.host, .contentLength, .other, .authorization])
        #expect(request.value(.authorization) == "Basic YTpi")
        #expect(request.value(.contentLength) == "12")
        #expect(request.value(.other) == "")
    }

    @Test(
        "gives the same answer however the bytes are cut",
        arguments: [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET",
            "\r\n\r\nGET /a?b HTTP/1.1\nHost:\ta \nConnection: close, x-y\nX-Y: 1\n\n",
            "POST http://B:81?q HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nExpect: 100-continue\r\n\r\n",
            "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "OPTIONS * HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: \u{7f}\r\n\r\n",
            "GET / HTTP/3.0\r\nHost: a\r\n\r\n",
            "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n\rX",
        ])
    func everySplit(text: String) throws {
        let input = Array(text.utf8)
        let whole = ParsedRequest.parse([input[...]]).map { $0?.summary }
        forEverySplit(input) { pieces in
            #expect(ParsedRequest.parse(pieces).map { $0?.summary } == whole)
        }
    }

    @Test("reads the next head behind the first with the same parser")
    func reuse() throws {
        var parser = RequestHeadParser()
        var head = RequestHead()
        let first = Array("GET /1?x HTTP/1.0\r\nConnection: keep-alive\r\nUpgrade: a\r\n\r\n".utf8)
        #expect(!parser.hasBegun)
        let begun = Array(first[..<3])
        #expect(parser.parse(begun.span, into: &head) == .partial)
        #expect(parser.hasBegun)
        #expect(parser.parse(first.span, into: &head) == .complete(first.count))
        #expect(!parser.hasBegun)
        let second = Array("POST /2 HTTP/1.1\r\nHost: b\r\n\r\n".utf8)
        #expect(parser.parse(second.span, into: &head) == .complete(second.count))
        let request = ParsedRequest(bytes: second, head: head, count: second.count)
        let alone = try #require(try ParsedRequest.parse("POST /2 HTTP/1.1\r\nHost: b\r\n\r\n"))
        #expect(request.summary == alone.summary)
    }

    @Test(
        "refuses a malformed request line (RFC 9112 §3)",
        arguments: [
            ("GET  / HTTP/1.1", RequestError.malformedRequestLine),
            (" GET / HTTP/1.1", .malformedRequestLine),
            ("GET\t/ HTTP/1.1", .malformedRequestLine),
            ("GET", .malformedRequestLine),
            ("GET /", .malformedRequestLine),
            ("GET / ", .malformedVersion),
            ("GET /\tHTTP/1.1", .malformedTarget),
            ("GET /a b HTTP/1.1", .malformedVersion),
            ("GET / HTTP/1.1 ", .malformedVersion),
            ("GET /  HTTP/1.1", .malformedVersion),
            ("GET / HTTP/1.1 HTTP/1.1", .malformedVersion),
            ("G(T / HTTP/1.1", .malformedRequestLine),
            ("G\u{e9}T / HTTP/1.1", .malformedRequestLine),
            ("\u{16}\u{3}\u{1}\u{2}", .malformedRequestLine),
            ("GET /\u{0} HTTP/1.1", .malformedTarget),
            ("GET /\u{7f} HTTP/1.1", .malformedTarget),
            ("GET /\r/ HTTP/1.1", .malformedRequestLine),
            ("GET / HTTP/1.1\r", .malformedRequestLine),
            ("GET / HTTP/1\r.1", .malformedRequestLine),
            ("GET / HTTP/1\u{0}1", .malformedVersion),
        ])
    func requestLine(line: String, expected: RequestError) {
        #expect(throws: expected) { try ParsedRequest.parse(line + "\r\nHost: a\r\n\r\n") }
    }

    @Test(
        "accepts versions 1.0 to 1.9 and tells others from malformed ones (RFC 9110 §2.5)",
        arguments: [
            ("HTTP/1.1", nil), ("HTTP/1.0", nil), ("HTTP/1.2", nil), ("HTTP/1.9", nil),
            ("HTTP/2.0", RequestError.unsupportedVersion), ("HTTP/0.9", .unsupportedVersion),
            ("HTTP/3.1", .unsupportedVersion), ("HTTP/9.9", .unsupportedVersion),
            ("HTTP/1.10", .malformedVersion), ("HTTP/11.1", .malformedVersion), ("HTTP/1", .malformedVersion),
            ("HTTP/1.", .malformedVersion), ("HTTP/.1", .malformedVersion), ("HTTP/1,1", .malformedVersion),
            ("http/1.1", .malformedVersion), ("Http/1.1", .malformedVersion), ("HTTPS/1.1", .malformedVersion),
            ("HTTP/a.1", .malformedVersion), ("HTTP/1.x", .malformedVersion), ("HTTP 1.1", .malformedVersion),
            ("HTTP/-1.1", .malformedVersion), ("HTTP/+1.1", .malformedVersion), ("ICE/1.1x", .malformedVersion),
        ])
    func version(version: String, expected: RequestError?) {
        let text = "GET / \(version)\r\nHost: a\r\n\r\n"
        if let expected {
            #expect(throws: expected) { try ParsedRequest.parse(text) }
        } else {
            #expect(
                (try? ParsedRequest.parse(text)?.head.version) == (version == "HTTP/1.0" ? .http10 : .http11))
        }
    }

    @Test("answers an HTTP/2 preface with 505")
    func http2Preface() {
        #expect(throws: RequestError.unsupportedVersion) { try ParsedRequest.parse("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") }
        #expect(RequestError.unsupportedVersion.status == 505)
    }

    @Test(
        "skips a few empty lines before the request line (RFC 9112 §2.2), and no more",
        arguments: [
            ("\r\n", true), ("\n", true), ("\r\n\r\n\r\n\r\n", true), ("\r\n\r\n\r\n\r\n\r\n", false),
            ("\n\n\n\n\n\n\n\n", true), ("\n\n\n\n\n\n\n\n\n", false), ("\r", false), ("\r\r\n", false),
            (" \r\n", false),
        ])
    func emptyLines(lines: String, isAccepted: Bool) throws {
        let text = lines + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        if isAccepted {
            #expect(try ParsedRequest.parse(text)?.count == text.utf8.count)
        } else {
            #expect(throws: RequestError.malformedRequestLine) { try ParsedRequest.parse(text) }
        }
    }

    @Test("takes a LF for a line end, as RFC 9112 §2.2 permits")
    func bareLineFeed() throws {
        let request = try #require(try ParsedRequest.parse("GET / HTTP/1.1\nHost: a\nX: 1\r\n\n"))
        #expect(request.kept == ["Host: a", "X: 1"])
    }

    @Test("waits for the rest of a head that is cut anywhere")
    func partial() throws {
        let text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        for count in 0..<text.utf8.count {
            #expect(try ParsedRequest.parse(String(decoding: text.utf8.prefix(count), as: UTF8.self)) == nil)
        }
    }
}
