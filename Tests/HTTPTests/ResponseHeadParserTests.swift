import HTTP
import TestSupport
import Testing

@Suite("Response heads")
struct ResponseHeadParserTests {
    @Test("reads the parts of an ordinary response")
    func ordinary() throws {
        let text =
            "HTTP/1.1 201 Created here\r\nDate: x\r\nContent-Length: 3\r\nConnection: close, X-Own\r\nX-Own: 1\r\n\r\nabc"
        let response = try #require(try ParsedResponse.parse(text))
        #expect(response.count == text.utf8.count - 3)
        #expect(response.head.status == 201)
        #expect(response.text(response.head.reason) == "Created here")
        #expect(response.head.framing(requestMethod: .get) == .length(3))
        #expect(response.head.framing(requestMethod: .head) == .none)
        #expect(!response.head.isPersistent)
        #expect(response.kept == ["Date: x", "Content-Length: 3"])
    }

    @Test(
        "gives the same answer however the bytes are cut",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.0 304\nETag : \"a\"\n\n",
            "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
            "HTTP/1.1 20 OK\r\n\r\n",
            "HTTP/1.1 200 O\u{0}K\r\n\r\n",
            "HTTP/1.1 200 OK\rX\r\n\r\n",
        ])
    func everySplit(text: String) {
        let input = Array(text.utf8)
        let whole = ParsedResponse.parse([input[...]]).map { $0?.summary }
        forEverySplit(input) { pieces in
            #expect(ParsedResponse.parse(pieces).map { $0?.summary } == whole)
        }
    }
}
