import HTTP
import Testing

/// The rules of RFC 9112 §6.3 for requests, in the order of that list.
@Suite("Framing of requests")
struct RequestFramingTests {
    private static func framing(_ fields: [String], version: String = "HTTP/1.1") throws -> BodyFraming? {
        let lines = (["Host: a"] + fields).map { $0 + "\r\n" }.joined()
        return try ParsedRequest.parse("POST / \(version)\r\n\(lines)\r\n")?.head.framing
    }

    @Test("Content-Length beside Transfer-Encoding is refused (§6.3 item 3)")
    func contradictory() {
        for length in ["5", "0", "x", ""] {
            for fields in [
                ["Content-Length: \(length)", "Transfer-Encoding: chunked"],
                ["Transfer-Encoding: chunked", "Content-Length: \(length)"],
                ["transfer-encoding: identity", "content-length: \(length)"],
            ] {
                #expect(throws: RequestError.contradictoryFraming) { try Self.framing(fields) }
            }
        }
        #expect(RequestError.contradictoryFraming.status == 400)
    }

    @Test("chunked alone frames the body (§6.3 item 4)", arguments: ["chunked", "Chunked", "CHUNKED", " chunked\t "])
    func chunked(value: String) throws {
        #expect(try Self.framing(["Transfer-Encoding:\(value)"]) == .chunked)
    }

    @Test(
        "a Transfer-Encoding that does not end in chunked is refused with 400 (§6.3 item 4)",
        arguments: [
            "", "identity", "gzip", "xchunked", "chunkedx", "chunked, identity", "chunked,", ",chunked,", "chunked;q=1",
            "\"chunked\"", "'chunked'", "chunked\u{a0}", "c hunked", "chunked chunked", "chunked, chunked",
            "chunked,,chunked",
            "gzip, chunked, chunked", "chunked, gzip, chunked", "gzip chunked", "gzip;chunked", "chunk", "hunked",
        ])
    func notLast(value: String) {
        #expect(throws: RequestError.malformedTransferEncoding) { try Self.framing(["Transfer-Encoding: \(value)"]) }
        #expect(RequestError.malformedTransferEncoding.status == 400)
    }

    @Test(
        "another coding before chunked is refused with 501 (§6.1)",
        arguments: ["gzip, chunked", "identity,chunked", "gzip , deflate\t,  Chunked", ", chunked", "x;q=1, chunked"])
    func unknownCoding(value: String) {
        #expect(throws: RequestError.unsupportedTransferCoding) { try Self.framing(["Transfer-Encoding: \(value)"]) }
        #expect(RequestError.unsupportedTransferCoding.status == 501)
    }

    @Test("Transfer-Encoding twice is refused")
    func twice() {
        for second in ["chunked", "identity", ""] {
            #expect(throws: RequestError.malformedTransferEncoding) {
                try Self.framing(["Transfer-Encoding: chunked", "Transfer-Encoding: \(second)"])
            }
            #expect(throws: RequestError.malformedTransferEncoding) {
                try Self.framing(["Transfer-Encoding: \(second)", "Transfer-Encoding: chunked"])
            }
        }
    }

    @Test("Transfer-Encoding in HTTP/1.0 is refused (§6.1)", arguments: ["chunked", "identity", ""])
    func version10(value: String) {
        #expect(throws: RequestError.transferEncodingInHTTP10) {
            try Self.framing(["Transfer-Encoding: \(value)"], version: "HTTP/1.0")
        }
        #expect(throws: RequestError.transferEncodingInHTTP10) {
            try Self.framing(["Transfer-Encoding: \(value)", "Content-Length: 1"], version: "HTTP/1.0")
        }
    }

    @Test(
        "a malformed Content-Length is refused (§6.3 item 5)",
        arguments: [
            "", "+5", "-5", "0x5", "5 0", "5,5", "5, 5", "5,", ",5", "5;", "5.0", "5e1", "\u{664}", "five", "\"5\"",
            "1_0", "- 5",
            "9223372036854775808", "18446744073709551616", "99999999999999999999999999", "0x", "5h",
        ])
    func malformedLength(value: String) {
        #expect(throws: RequestError.malformedContentLength) { try Self.framing(["Content-Length: \(value)"]) }
        #expect(RequestError.malformedContentLength.status == 400)
    }

    @Test(
        "Content-Length twice is refused, even with one value (§6.3 item 5)",
        arguments: [("5", "5"), ("5", "6"), ("", "5")])
    func repeatedLength(first: String, second: String) {
        #expect(throws: RequestError.repeatedContentLength) {
            try Self.framing(["Content-Length: \(first)", "X: 1", "Content-Length: \(second)"])
        }
    }

    @Test(
        "a valid Content-Length frames the body (§6.3 item 6)",
        arguments: [("0", 0), ("5", 5), ("005", 5), ("9223372036854775807", Int.max)])
    func length(value: String, expected: Int) throws {
        #expect(try Self.framing(["Content-Length: \(value)"]) == .length(expected))
        #expect(try Self.framing(["Content-Length: \(value)"], version: "HTTP/1.0") == .length(expected))
    }

    @Test("a request with neither has no body (§6.3 item 7)", arguments: ["GET", "POST", "PUT", "FOO"])
    func neither(method: String) throws {
        #expect(try ParsedRequest.parse("\(method) / HTTP/1.1\r\nHost: a\r\n\r\n")?.head.framing == BodyFraming.none)
    }

    @Test(
        "a body is framed as declared where none is expected", arguments: ["GET", "HEAD", "OPTIONS", "DELETE", "TRACE"])
    func anyMethod(method: String) throws {
        let head = try ParsedRequest.parse("\(method) / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")?.head
        #expect(head?.framing == .length(5))
    }

    @Test(
        "names that only look like framing fields are other fields",
        arguments: [
            "Content_Length: 5", "Transfer_Encoding: chunked", "Content-Length2: 5", "X-Transfer-Encoding: chunked",
        ])
    func lookalikes(field: String) throws {
        #expect(try Self.framing([field]) == BodyFraming.none)
    }
}
