import HTTP
import TestSupport
import Testing

@Suite("Limits of heads")
struct HeadLimitsTests {
    private static func outcome(_ text: String, _ limits: HeadLimits = .request) -> RequestError? {
        let input = Array(text.utf8)
        switch ParsedRequest.parse([input[...]], limits: limits) {
        case .success(let request):
            #expect(request != nil)
            return nil
        case .failure(let error): return error
        }
    }

    /// A request line of this many bytes with its line end.
    private static func requestLine(_ count: Int) -> String {
        "GET /" + String(repeating: "a", count: count - 16) + " HTTP/1.1\r\n"
    }

    /// A field line of this many bytes with its line end.
    private static func fieldLine(_ count: Int, name: String = "X") -> String {
        "\(name):" + String(repeating: "v", count: count - name.utf8.count - 3) + "\r\n"
    }

    @Test("a request line may be as long as allowed and not a byte longer")
    func requestLine() {
        #expect(Self.outcome(Self.requestLine(8192) + "Host: a\r\n\r\n") == nil)
        #expect(Self.outcome(Self.requestLine(8193) + "Host: a\r\n\r\n") == .requestLineTooLong)
        #expect(RequestError.requestLineTooLong.status == 414)
    }

    @Test("a request line that is too long is refused where the limit lies, whatever part it cuts")
    func requestLineParts() {
        let limits = HeadLimits(startLine: 32, fieldLine: 100, head: 200, fields: 4)
        for text in [
            String(repeating: "M", count: 32), "GET " + String(repeating: "a", count: 28),
            "GET / HTTP/1.1" + String(repeating: "1", count: 18),
            "GET " + String(repeating: "a", count: 18) + " HTTP/1.1\r",
        ] {
            let input = Array(text.utf8)
            #expect(input.count == 32)
            forEverySplit(input) { pieces in
                #expect(throws: RequestError.requestLineTooLong) {
                    try ParsedRequest.parse(pieces, limits: limits).get()
                }
            }
            #expect(throws: Never.self) { try ParsedRequest.parse([input.dropLast()], limits: limits).get() }
        }
    }

    @Test("a field line may be as long as allowed and not a byte longer")
    func fieldLine() {
        #expect(Self.outcome("GET / HTTP/1.1\r\nHost: a\r\n" + Self.fieldLine(8192) + "\r\n") == nil)
        let error = Self.outcome("GET / HTTP/1.1\r\nHost: a\r\n" + Self.fieldLine(8193) + "\r\n")
        #expect(error == .fields(.lineTooLong))
        #expect(error?.status == 431)
    }

    @Test("a head may be as large as allowed and not a byte larger")
    func head() {
        let fixed = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: Self.fieldLine(8000), count: 4)
        let rest = 32768 - fixed.utf8.count - 2
        #expect(Self.outcome(fixed + Self.fieldLine(rest) + "\r\n") == nil)
        let error = Self.outcome(fixed + Self.fieldLine(rest + 1) + "\r\n")
        #expect(error == .fields(.sectionTooLarge))
        #expect(error?.status == 431)
    }

    @Test("a head may have as many fields as allowed and not one more")
    func fields() {
        let fixed = "GET / HTTP/1.1\r\nHost: a\r\n"
        #expect(Self.outcome(fixed + String(repeating: "X:1\r\n", count: 199) + "\r\n") == nil)
        let error = Self.outcome(fixed + String(repeating: "X:1\r\n", count: 200) + "\r\n")
        #expect(error == .fields(.tooManyFields))
        #expect(error?.status == 431)
    }

    @Test("limits are found at the same byte however the bytes are cut")
    func everySplit() {
        let limits = HeadLimits(startLine: 40, fieldLine: 20, head: 80, fields: 3)
        let texts = [
            "GET /0123456789012345678901234567890123 HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: 0123456789012345678\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n0123456789012345678901: x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n",
            "GET /01234567890123456789 HTTP/1.1\r\nHost: 12345678901\r\nA: 1234567890123456\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: 0123456789012345\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: 01234567890123456\r\n\r\n",
        ]
        for text in texts {
            let input = Array(text.utf8)
            let whole = ParsedRequest.parse([input[...]], limits: limits).map { $0?.summary }
            forEverySplit(input) { pieces in
                #expect(ParsedRequest.parse(pieces, limits: limits).map { $0?.summary } == whole)
            }
        }
    }

    @Test("a response head has limits of its own")
    func response() throws {
        let fixed = "HTTP/1.1 200 OK\r\n"
        #expect(try ParsedResponse.parse(fixed + Self.fieldLine(32768) + "\r\n") != nil)
        #expect(throws: ResponseError.fields(.lineTooLong)) {
            try ParsedResponse.parse(fixed + Self.fieldLine(32769) + "\r\n")
        }
        let large = fixed + Self.fieldLine(32768) + Self.fieldLine(32700)
        let rest = 65536 - large.utf8.count - 2
        #expect(try ParsedResponse.parse(large + Self.fieldLine(rest) + "\r\n") != nil)
        #expect(throws: ResponseError.fields(.sectionTooLarge)) {
            try ParsedResponse.parse(large + Self.fieldLine(rest + 1) + "\r\n")
        }
        #expect(try ParsedResponse.parse(fixed + String(repeating: "X:1\r\n", count: 400) + "\r\n") != nil)
        #expect(throws: ResponseError.fields(.tooManyFields)) {
            try ParsedResponse.parse(fixed + String(repeating: "X:1\r\n", count: 401) + "\r\n")
        }
        let reason = String(repeating: "r", count: 8192 - 15)
        #expect(try ParsedResponse.parse("HTTP/1.1 200 \(reason)\r\n\r\n") != nil)
        #expect(throws: ResponseError.statusLineTooLong) { try ParsedResponse.parse("HTTP/1.1 200 \(reason)r\r\n\r\n") }
    }
}
