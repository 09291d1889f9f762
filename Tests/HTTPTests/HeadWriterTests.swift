import Bytes
import HTTP
import Testing

@Suite("Writing heads")
struct HeadWriterTests {
    private static func written(_ write: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        write(&buffer)
        return String(decoding: buffer.readable, as: UTF8.self)
    }

    private static func withBytes<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Array(text.utf8).withUnsafeBytes(body)
    }

    @Test(
        "writes the request line anew from what was parsed",
        arguments: [
            ("GET /a?b HTTP/1.0", "GET /a?b HTTP/1.1\r\n"), ("PURGE http://b/x?y HTTP/1.1", "PURGE /x?y HTTP/1.1\r\n"),
            ("GET http://b HTTP/1.1", "GET / HTTP/1.1\r\n"), ("GET http://b?q HTTP/1.1", "GET /?q HTTP/1.1\r\n"),
            ("OPTIONS * HTTP/1.1", "OPTIONS * HTTP/1.1\r\n"), ("OPTIONS http://b HTTP/1.1", "OPTIONS * HTTP/1.1\r\n"),
            ("OPTIONS http://b?q HTTP/1.1", "OPTIONS /?q HTTP/1.1\r\n"),
            ("OPTIONS / HTTP/1.1", "OPTIONS / HTTP/1.1\r\n"),
        ])
    func requestLine(line: String, expected: String) throws {
        let request = try #require(try ParsedRequest.parse(line + "\r\nHost: a\r\n\r\n"))
        let text = Self.written { buffer in
            request.bytes.withUnsafeBytes { HeadWriter.appendRequestLine(of: request.head, in: $0, to: &buffer) }
        }
        #expect(text == expected)
    }

    @Test("writes status lines")
    func statusLine() {
        #expect(Self.written { HeadWriter.appendStatusLine(413, to: &$0) } == "HTTP/1.1 413 Content Too Large\r\n")
        #expect(Self.written { HeadWriter.appendStatusLine(299, to: &$0) } == "HTTP/1.1 299 \r\n")
        let own = Self.written { buffer in
            Self.withBytes("Fine") { HeadWriter.appendStatusLine(200, reason: $0, to: &buffer) }
        }
        #expect(own == "HTTP/1.1 200 Fine\r\n")
    }

    @Test("writes fields with their parsed name and value only")
    func parsedField() throws {
        let request = try #require(try ParsedRequest.parse("GET / HTTP/1.1\nhost:a\nX-y:\t b \n\n"))
        let text = Self.written { buffer in
            request.bytes.withUnsafeBytes { bytes in
                for field in request.head.fields { HeadWriter.appendField(field, in: bytes, to: &buffer) }
            }
            HeadWriter.appendField(.contentLength, decimal: 12, to: &buffer)
            HeadWriter.appendField(.connection, "close", to: &buffer)
            HeadWriter.appendEnd(to: &buffer)
        }
        #expect(text == "host: a\r\nX-y: b\r\nContent-Length: 12\r\nConnection: close\r\n\r\n")
    }

    @Test("writes no value that could end a line", arguments: ["a\rb", "a\nb", "\r\n", "a\u{0}", "12345678\u{7f}"])
    func unsafeValue(value: String) {
        let text = Self.written { buffer in
            Self.withBytes(value) { #expect(!HeadWriter.appendField(.location, value: $0, to: &buffer)) }
            Self.withBytes("a\tb") { #expect(HeadWriter.appendField(.location, value: $0, to: &buffer)) }
            Self.withBytes("") { #expect(HeadWriter.appendField(.server, value: $0, to: &buffer)) }
        }
        #expect(text == "Location: a\tb\r\nServer: \r\n")
    }

    @Test("has a reason for each status that Portico answers with itself")
    func reasons() {
        for status in [301, 302, 400, 401, 403, 404, 405, 408, 413, 414, 417, 421, 431, 500, 501, 502, 503, 504, 505] {
            #expect(!"\(StatusCode.reason(status))".isEmpty)
        }
        #expect("\(StatusCode.reason(418))".isEmpty)
    }
}
