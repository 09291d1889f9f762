import HTTP
import TestSupport
import Testing

@Suite("Chunked decoding")
struct ChunkedDecoderTests {
    @Test(
        "takes the content out of chunks, however they are cut",
        arguments: [
            "5\r\nhello\r\n0\r\n\r\nGET",
            "3\r\nabc\r\n00a;x=y;\"z\"\r\n0123456789\r\n000;last\r\n\r\n",
            "1\r\na\r\n1\r\nb\r\n0\r\nX-Sum: 1\r\nHost: no\r\nETag:\"a\"\r\n\r\nrest",
        ])
    func everySplit(text: String) {
        let input = Array(text.utf8)
        let whole = DecodedBody.decode([input[...]])
        #expect(whole.isComplete && whole.error == nil)
        forEverySplit(input) { #expect(DecodedBody.decode($0) == whole) }
    }

    @Test("leaves what follows the body alone")
    func following() {
        let body = DecodedBody.decode("5\r\nhello\r\n3\r\n wo\r\n0\r\n\r\nGET / HTTP/1.1")
        #expect(body.text == "hello wo")
        #expect(body.consumed == 23)
    }
}
