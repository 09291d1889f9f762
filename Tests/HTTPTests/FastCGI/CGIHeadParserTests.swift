import Bytes
import HTTP
import TestSupport
import Testing

@Suite("The head of a CGI program's answer")
struct CGIHeadParserTests {
    private func parse(_ pieces: [ArraySlice<UInt8>]) -> Result<String?, ResponseError> {
        var parser = CGIHeadParser()
        var head = ResponseHead()
        var arrived: [UInt8] = []
        for piece in pieces {
            arrived += piece
            switch parser.parse(arrived.span, into: &head) {
            case .complete(let count):
                let text = { (range: ByteRange) in String(decoding: arrived[range.indices], as: UTF8.self) }
                let kept = head.fields.filter { !$0.isDropped }.map { "\(text($0.name)): \(text($0.value))" }
                return .success("\(count) \(head.status) \(text(head.reason))|\(kept.joined(separator: "|"))")
            case .failed(let error): return .failure(error)
            case .partial: continue
            }
        }
        return .success(nil)
    }

    @Test(
        "has its status from Status, else from Location, else it is 200",
        arguments: [
            ("Content-Type: text/html\r\n\r\n", "27 200 |Content-Type: text/html"),
            ("Status: 404 Not Found\r\nX: y\r\n\r\n", "31 404 Not Found|X: y"),
            ("status:500\n\n", "12 500 |"),
            ("Location: /there\r\n\r\n", "20 302 |Location: /there"),
            ("Location: http://a/\r\nStatus: 201 Created\r\n\r\nbody", "44 201 Created|Location: http://a/"),
            ("\r\n", "2 200 |"),
            ("Connection: close, X-A\nX-A: 1\nKeep-Alive: 5\nB: c\n\n", "50 200 |B: c"),
        ])
    func status(text: String, expected: String) {
        forEverySplit(Array(text.utf8)) { pieces in #expect(parse(pieces) == .success(expected)) }
    }

    @Test(
        "is refused where it is in doubt",
        arguments: [
            ("Status: 20\r\n\r\n", ResponseError.malformedStatusLine),
            ("Status: 20x\r\n\r\n", .malformedStatusLine), ("Status: 2000\r\n\r\n", .malformedStatusLine),
            ("Status: 101 Switching\r\n\r\n", .malformedStatusLine), ("Status:\r\n\r\n", .malformedStatusLine),
            ("Status: 200\r\nStatus: 200\r\n\r\n", .malformedStatusLine),
            ("HTTP/1.1 200 OK\r\n\r\n", .fields(.malformedName)), ("no colon\r\n\r\n", .fields(.malformedName)),
            ("Warning\r\n\r\n", .fields(.missingName)), (" X: y\r\n\r\n", .fields(.foldedLine)),
            ("X: a\u{0}b\r\n\r\n", .fields(.controlByteInValue)), ("X: a\rb\r\n\r\n", .fields(.malformedLineEnd)),
            ("Transfer-Encoding: chunked\r\n\r\n", .unsupportedTransferCoding),
            ("Content-Length: 1\r\nContent-Length: 2\r\n\r\n", .differingContentLengths),
            ("Content-Length: -1\r\n\r\n", .malformedContentLength),
        ])
    func hostile(text: String, expected: ResponseError) {
        forEverySplit(Array(text.utf8)) { pieces in #expect(parse(pieces) == .failure(expected)) }
    }

    @Test("waits for its last byte")
    func partial() {
        let text = Array("Status: 200 OK\r\nA: b\r\n\r\n".utf8)
        for end in text.indices { #expect(parse([text[..<end]]) == .success(nil)) }
    }
}
