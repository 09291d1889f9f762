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
        #expect(head.version == .http11)
        #expect(head.form == .origin)
        #expect(request.text(head.path) == "/v2/a/blobs/uploads/1")
        #expect(request.text(head.query) == "digest=sha256%3Aab&x")
        #expect(request.text(head.pathAndQuery) == request.text(head.target))
        #expect(request.text(head.host) == "Registry.localhost:8443")
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
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: \u{7f}\r\n\r\n",
            "GET / HTTP/3.0\r\nHost: a\r\n\r\n",
            "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
        ])
    func everySplit(text: String) throws {
        let input = Array(text.utf8)
        let whole = ParsedRequest.parse([input[...]]).map { $0?.summary }
        forEverySplit(input) { pieces in
            #expect(ParsedRequest.parse(pieces).map { $0?.summary } == whole)
        }
    }
}
