import Bytes
import HTTP
import Testing

@Suite("Conditional requests")
struct ConditionalRequestTests {
    private static let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let later = "Sun, 06 Nov 1994 08:49:38 GMT"
    private static let earlier = "Sun, 06 Nov 1994 08:49:36 GMT"
    private static let time = 784_111_777

    private func evaluate<Result>(
        _ fields: String, _ body: (RequestHead, UnsafeRawBufferPointer) -> Result
    ) throws -> Result {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)
        var parser = RequestHeadParser()
        var head = RequestHead()
        guard case .complete = parser.parse(bytes.span, into: &head) else { throw Unparsed() }
        return bytes.withUnsafeBytes { body(head, $0) }
    }

    private struct Unparsed: Error {}

    private func outcome(
        _ fields: String, etag: String = "\"a-1\"", _ comparison: ConditionalRequest.TimeComparison = .exact
    ) throws -> ConditionalRequest.Outcome {
        try evaluate(fields) { head, bytes in
            Array(etag.utf8).withUnsafeBytes {
                ConditionalRequest.evaluate(
                    head, in: bytes, etag: $0, lastModified: Self.time, comparison: comparison)
            }
        }
    }

    @Test(
        "come to what RFC 9110 §13.2.2 says",
        arguments: [
            ("", .proceed), ("If-None-Match: \"a-1\"\r\n", .notModified),
            ("If-None-Match: W/\"a-1\"\r\n", .notModified),
            ("If-None-Match: *\r\n", .notModified), ("If-None-Match: \"b\", \"a-1\"\r\n", .notModified),
            ("If-None-Match: \"b,\"a-1\"\r\n", .proceed), ("If-None-Match: \"b\"\r\n", .proceed),
            ("If-None-Match: a-1\r\n", .proceed), ("If-None-Match: \"a-1\r\n", .proceed),
            ("If-Modified-Since: \(date)\r\n", .notModified), ("If-Modified-Since: \(later)\r\n", .proceed),
            ("If-Modified-Since: \(earlier)\r\n", .proceed), ("If-Modified-Since: x\r\n", .proceed),
            ("If-None-Match: \"b\"\r\nIf-Modified-Since: \(date)\r\n", .proceed),
            ("If-None-Match: \"a-1\"\r\nIf-Modified-Since: \(earlier)\r\n", .notModified),
            ("If-Match: \"a-1\"\r\n", .proceed), ("If-Match: *\r\n", .proceed), ("If-Match: \"b\"\r\n", .failed),
            ("If-Match: W/\"a-1\"\r\n", .failed), ("If-Unmodified-Since: \(date)\r\n", .proceed),
            ("If-Unmodified-Since: \(later)\r\n", .proceed), ("If-Unmodified-Since: \(earlier)\r\n", .failed),
            ("If-Unmodified-Since: x\r\n", .proceed),
            ("If-Match: \"a-1\"\r\nIf-Unmodified-Since: \(earlier)\r\n", .proceed),
            ("If-Match: \"a-1\"\r\nIf-None-Match: \"a-1\"\r\n", .notModified),
        ] as [(String, ConditionalRequest.Outcome)])
    func outcomes(fields: String, expected: ConditionalRequest.Outcome) throws {
        #expect(try outcome(fields) == expected)
    }

    @Test("compare times as they are told to")
    func times() throws {
        #expect(try outcome("If-Modified-Since: \(Self.later)\r\n", .before) == .notModified)
        #expect(try outcome("If-Modified-Since: \(Self.earlier)\r\n", .before) == .proceed)
        #expect(try outcome("If-Modified-Since: \(Self.date)\r\n", .off) == .proceed)
        #expect(try outcome("If-None-Match: \"\"\r\n", etag: "") == .proceed)
        #expect(try outcome("If-None-Match: \"a-1\"\r\n", etag: "W/\"a-1\"") == .notModified)
        #expect(try outcome("If-Match: \"a-1\"\r\n", etag: "W/\"a-1\"") == .failed)
    }

    @Test(
        "let a range count only where the state is the same",
        arguments: [
            ("", true), ("If-Range: \"a-1\"\r\n", true), ("If-Range: \"b\"\r\n", false),
            ("If-Range: W/\"a-1\"\r\n", false),
            ("If-Range: \(date)\r\n", true), ("If-Range: \(later)\r\n", false), ("If-Range: x\r\n", false),
        ])
    func ranges(fields: String, expected: Bool) throws {
        let permits = try evaluate(fields) { head, bytes in
            Array("\"a-1\"".utf8).withUnsafeBytes {
                ConditionalRequest.permitsRange(head, in: bytes, etag: $0, lastModified: Self.time)
            }
        }
        #expect(permits == expected)
    }
}
