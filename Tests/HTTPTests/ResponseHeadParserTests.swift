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
        #expect(response.head.version == .http11)
        #expect(response.head.status == 201)
        #expect(response.text(response.head.reason) == "Created here")
        #expect(response.head.framing(requestMethod: .get) == .length(3))
        #expect(!response.head.isPersistent)
        #expect(response.kept == ["Date: x", "Content-Length: 3"])
    }

    @Test(
        "gives the same answer however the bytes are cut",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.0 304\nETag : \"a\"\n\n",
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\u{0}",
            "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
            "HTTP/1.1 20 OK\r\n\r\n",
            "HTTP/1.1 200 O\u{0}K\r\n\r\n",
            "HTTP/1.1 200 OK\rX\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX \r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\n\r\n",
        ])
    func everySplit(text: String) {
        let input = Array(text.utf8)
        let whole = ParsedResponse.parse([input[...]]).map { $0?.summary }
        forEverySplit(input) { pieces in
            #expect(ParsedResponse.parse(pieces).map { $0?.summary } == whole)
        }
    }

    @Test("reads the next head behind the first with the same parser")
    func reuse() throws {
        var parser = ResponseHeadParser()
        var head = ResponseHead()
        let first = Array("HTTP/1.0 103 Early\r\nLink: x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n".utf8)
        #expect(!parser.hasBegun)
        #expect(parser.parse(first.span, into: &head) == .complete(first.count))
        #expect(!parser.hasBegun)
        let second = Array("HTTP/1.1 204\r\n\r\n".utf8)
        #expect(parser.parse(second.span, into: &head) == .complete(second.count))
        let response = ParsedResponse(bytes: second, head: head, count: second.count)
        #expect(response.summary == (try ParsedResponse.parse("HTTP/1.1 204\r\n\r\n"))?.summary)
    }

    @Test(
        "reads the status and the reason (RFC 9112 §4)",
        arguments: [
            ("HTTP/1.1 200 OK", 200, "OK"), ("HTTP/1.1 200 ", 200, ""), ("HTTP/1.1 200", 200, ""),
            ("HTTP/1.0 100 x", 100, "x"),
            ("HTTP/1.1 999 a b\t\u{e9}", 999, "a b\t\u{e9}"), ("HTTP/1.7 404 Not Found", 404, "Not Found"),
        ])
    func statusLine(line: String, status: Int, reason: String) throws {
        let response = try #require(try ParsedResponse.parse(line + "\r\n\r\n"))
        #expect(response.head.status == status)
        #expect(response.text(response.head.reason) == reason)
    }

    @Test(
        "refuses a malformed status line",
        arguments: [
            ("", ResponseError.malformedStatusLine), ("HTTP/1.1", .malformedStatusLine),
            ("HTTP/1.1 ", .malformedStatusLine),
            ("HTTP/1.1 20", .malformedStatusLine), ("HTTP/1.1 2000 OK", .malformedStatusLine),
            ("HTTP/1.1 099 OK", .malformedStatusLine), ("HTTP/1.1 -20 OK", .malformedStatusLine),
            ("HTTP/1.1 2x0 OK", .malformedStatusLine), ("HTTP/1.1  200 OK", .malformedStatusLine),
            ("HTTP/1.1\t200 OK", .malformedStatusLine), ("HTTP/1.1 200\tOK", .malformedStatusLine),
            ("HTTP/1.1 200OK", .malformedStatusLine), (" HTTP/1.1 200 OK", .malformedStatusLine),
            ("ICY 200 OK ok ok", .malformedStatusLine), ("http/1.1 200 OK", .malformedStatusLine),
            ("HTTP/11.1 200 OK", .malformedStatusLine), ("<html>some page</html>", .malformedStatusLine),
            ("HTTP/2.0 200 OK", .unsupportedVersion), ("HTTP/0.9 200 OK", .unsupportedVersion),
            ("HTTP/1.1 200 O\u{0}K", .malformedStatusLine), ("HTTP/1.1 200 O\rK", .malformedStatusLine),
            ("HTTP/1.1 200 \u{1b}[31m", .malformedStatusLine), ("HTTP/1.1 200 OK\r", .malformedStatusLine),
        ])
    func malformed(line: String, expected: ResponseError) {
        #expect(throws: expected) { try ParsedResponse.parse(line + "\r\n\r\n") }
    }

    @Test(
        "refuses fields that would split or hide something (RFC 9110 §5.5)",
        arguments: [
            ("X: a\u{0}b", FieldSectionError.controlByteInValue), ("X: a\u{1}", .controlByteInValue),
            ("X: a\rSet-Cookie: x", .malformedLineEnd), ("X: a\u{7f}", .controlByteInValue), ("X", .missingName),
            (": x", .missingName), ("X Y: 1", .malformedName), ("X\u{0}: 1", .malformedName),
            ("X: 1\r\n 2", .foldedLine),
            (" X: 1", .foldedLine), ("X \r\n: 1", .missingName), ("\u{e9}: 1", .malformedName), (" : 1", .foldedLine),
        ])
    func malformedField(line: String, expected: FieldSectionError) {
        #expect(throws: ResponseError.fields(expected)) {
            try ParsedResponse.parse("HTTP/1.1 200 OK\r\nServer: a\r\n" + line + "\r\n\r\n")
        }
    }

    @Test("leaves out the white space before a colon, as RFC 9112 §5.1 tells a proxy to")
    func spaceBeforeColon() throws {
        let response = try #require(
            try ParsedResponse.parse("HTTP/1.1 200 OK\r\nX-A : 1\r\nContent-Length \t: 3\r\nX-B\t:2\r\n\r\n"))
        #expect(response.kept == ["X-A: 1", "Content-Length: 3", "X-B: 2"])
        #expect(response.head.declaredFraming == .length(3))
    }
}
