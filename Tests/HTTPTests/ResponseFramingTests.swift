import Bytes
import HTTP
import Testing

/// The rules of RFC 9112 §6.3 for responses, in the order of that list.
@Suite("Framing of responses")
struct ResponseFramingTests {
    private static func parse(_ fields: [String], status: String = "HTTP/1.1 200 OK") throws -> ParsedResponse {
        let lines = fields.map { $0 + "\r\n" }.joined()
        return try #require(try ParsedResponse.parse("\(status)\r\n\(lines)\r\n"))
    }

    @Test("HEAD, 1xx, 204 and 304 have no body whatever the fields say (§6.3 item 1)")
    func noBody() throws {
        for fields in [[], ["Content-Length: 5"], ["Transfer-Encoding: chunked"]] {
            #expect(try Self.parse(fields).head.framing(requestMethod: .head) == .none)
            for status in [100, 101, 103, 199, 204, 304] {
                let head = try Self.parse(fields, status: "HTTP/1.1 \(status) x").head
                #expect(head.framing(requestMethod: .get) == .none)
            }
        }
    }

    @Test("tells interim responses from final ones")
    func interim() throws {
        for (status, isInterim) in [(100, true), (101, false), (102, true), (199, true), (200, false), (204, false)] {
            #expect(try Self.parse([], status: "HTTP/1.1 \(status) x").head.isInterim == isInterim)
        }
    }

    @Test("Content-Length goes where the status has none, and stays where it tells of the body that GET would get")
    func lengthField() throws {
        let length = ["Content-Length: 5"]
        #expect(try Self.parse(length, status: "HTTP/1.1 204 x").kept == [])
        #expect(try Self.parse(length, status: "HTTP/1.1 103 x").kept == [])
        #expect(try Self.parse(length, status: "HTTP/1.1 304 x").kept == length)
        #expect(try Self.parse(length).kept == length)
    }

    @Test("Content-Length beside Transfer-Encoding is refused (§6.3 item 3)")
    func contradictory() {
        for fields in [
            ["Content-Length: 5", "Transfer-Encoding: chunked"], ["Transfer-Encoding: identity", "Content-Length: 5"],
        ] {
            #expect(throws: ResponseError.contradictoryFraming) { try Self.parse(fields) }
        }
    }

    @Test(
        "a Transfer-Encoding other than chunked is refused (§6.3 item 4)",
        arguments: ["", "identity", "gzip", "gzip, chunked", "chunked, chunked", "chunked,", "xchunked", "chunked;x"])
    func unknownCoding(value: String) {
        #expect(throws: ResponseError.unsupportedTransferCoding) { try Self.parse(["Transfer-Encoding: \(value)"]) }
        #expect(throws: ResponseError.unsupportedTransferCoding) {
            try Self.parse(["Transfer-Encoding: chunked", "Transfer-Encoding: \(value)"])
        }
    }

    @Test("chunked frames the body and is not passed on as a field")
    func chunked() throws {
        let response = try Self.parse(["Transfer-Encoding: Chunked"])
        #expect(response.head.framing(requestMethod: .get) == .chunked)
        #expect(response.kept.isEmpty)
    }

    @Test("Transfer-Encoding in HTTP/1.0 is refused (§6.1)")
    func version10() {
        #expect(throws: ResponseError.transferEncodingInHTTP10) {
            try Self.parse(["Transfer-Encoding: chunked"], status: "HTTP/1.0 200 OK")
        }
    }

    @Test(
        "a malformed Content-Length is refused (§6.3 item 5)",
        arguments: ["", "+5", "-1", "5,5", "5, 6", "0x5", "5 5", "9223372036854775808", "five"])
    func malformedLength(value: String) {
        #expect(throws: ResponseError.malformedContentLength) { try Self.parse(["Content-Length: \(value)"]) }
    }

    @Test("Content-Length twice is one when equal, and refused when not (§6.3 item 5)")
    func repeatedLength() throws {
        let response = try Self.parse(["Content-Length: 5", "X: 1", "Content-Length: 5", "content-length: 5"])
        #expect(response.head.declaredFraming == .length(5))
        #expect(response.kept == ["Content-Length: 5", "X: 1"])
        for second in ["6", "05", ""] {
            #expect(throws: ResponseError.differingContentLengths) {
                try Self.parse(["Content-Length: 5", "Content-Length: \(second)"])
            }
        }
    }

    @Test("without either the body lasts until the close (§6.3 item 8)")
    func untilClose() throws {
        #expect(try Self.parse([]).head.framing(requestMethod: .get) == .untilClose)
    }

    @Test(
        "persists as version and Connection say (§9.3)",
        arguments: [
            ("HTTP/1.1", [], true), ("HTTP/1.1", ["Connection: Close"], false), ("HTTP/1.0", [], false),
            ("HTTP/1.0", ["Connection: keep-alive"], true),
            ("HTTP/1.1", ["Connection: x", "Connection: close"], false),
        ] as [(String, [String], Bool)])
    func persistence(version: String, fields: [String], expected: Bool) throws {
        #expect(try Self.parse(fields, status: "\(version) 200 OK").head.isPersistent == expected)
    }

    @Test("drops the fields of one hop and those that Connection names, and bounds their number")
    func hopByHop() throws {
        let response = try Self.parse([
            "Connection: X-One, Set-Cookie", "Keep-Alive: timeout=5", "Upgrade: h2c", "Trailer: X", "X-One: 1",
            "X_Under: 2",
            "Set-Cookie: a", "Proxy-Authenticate: x",
        ])
        #expect(response.kept == ["X_Under: 2", "Set-Cookie: a"])
        #expect(response.head.upgrade.isEmpty)
        let options = (0..<33).map { "x\($0)" }.joined(separator: ",")
        #expect(throws: ResponseError.tooManyConnectionOptions) { try Self.parse(["Connection: \(options)"]) }
    }
}
