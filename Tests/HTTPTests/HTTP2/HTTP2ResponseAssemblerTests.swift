import Bytes
import HTTP
import Testing

@Suite("Responses of HTTP/2")
struct HTTP2ResponseAssemblerTests {
    private struct Response {
        var head = ResponseHead()
        var bytes: [UInt8] = []

        init(
            _ fields: [(String, String)], endsStream: Bool = false, limits: HeadLimits = .response
        ) throws(ResponseError) {
            var assembler = HTTP2ResponseAssembler(limits: limits)
            assembler.begin()
            for (name, value) in fields {
                Array(name.utf8).withUnsafeBytes { name in
                    Array(value.utf8).withUnsafeBytes { assembler.add(name, $0) }
                }
            }
            try assembler.complete(endsStream: endsStream, into: &head)
            bytes = Array(assembler.bytes)
        }

        var kept: [String] {
            head.fields.filter { !$0.isDropped }.map {
                String(decoding: bytes[$0.name.indices] + Array(": ".utf8) + bytes[$0.value.indices], as: UTF8.self)
            }
        }
    }

    @Test("come to the head that HTTP/1 would have made")
    func head() throws {
        let response = try Response([
            (":status", "404"), ("content-length", "5"), ("set-cookie", "a=b"), ("set-cookie", "c=d"), ("trailer", "x"),
        ])
        #expect(response.head.version == .http2 && response.head.status == 404 && response.head.reason.isEmpty)
        #expect(response.head.isPersistent && response.head.upgrade.isEmpty)
        #expect(response.head.declaredFraming == .length(5))
        #expect(response.kept == ["content-length: 5", "set-cookie: a=b", "set-cookie: c=d"])
        #expect(response.head.fields.first(.setCookie) != nil)
    }

    @Test(
        "are framed by what is declared and by the end of the stream",
        arguments: [
            ([], false, BodyFraming.chunked), ([], true, .none), ([("content-length", "5")], false, .length(5)),
            ([("content-length", "0")], true, .length(0)), ([("content-length", "7")], true, .length(7)),
            ([("content-length", "5"), ("content-length", "5")], false, .length(5)),
        ] as [([(String, String)], Bool, BodyFraming)])
    func framing(fields: [(String, String)], endsStream: Bool, expected: BodyFraming) throws {
        let response = try Response([(":status", "200")] + fields, endsStream: endsStream)
        #expect(response.head.declaredFraming == expected)
        #expect(response.kept.count <= 1)
    }

    @Test("may be interim")
    func interim() throws {
        let response = try Response([(":status", "103"), ("link", "</a>")])
        #expect(response.head.isInterim && response.kept == ["link: </a>"])
    }

    @Test(
        "are refused where RFC 9113 forbids them",
        arguments: [
            ([], ResponseError.fields(.malformedPseudoField)),
            ([("server", "x")], .fields(.malformedPseudoField)),
            ([("server", "x"), (":status", "200")], .fields(.malformedPseudoField)),
            ([(":status", "200"), (":status", "200")], .fields(.malformedPseudoField)),
            ([(":status", "200"), (":path", "/")], .fields(.malformedPseudoField)),
            ([(":status", "")], .fields(.malformedPseudoField)),
            ([(":status", "20")], .malformedStatus), ([(":status", "0200")], .malformedStatus),
            ([(":status", "099")], .malformedStatus), ([(":status", "2x0")], .malformedStatus),
            ([(":status", "+20")], .malformedStatus), ([(":status", "101")], .malformedStatus),
            ([(":status", "200"), ("X", "y")], .fields(.malformedName)),
            ([(":status", "200"), ("x", "a\r\nb: c")], .fields(.controlByteInValue)),
            ([(":status", "200"), ("x", "a\u{0}")], .fields(.controlByteInValue)),
            ([(":status", "200"), ("x", " a")], .fields(.blankAroundValue)),
            ([(":status", "200"), ("connection", "close")], .fields(.connectionField)),
            ([(":status", "200"), ("transfer-encoding", "chunked")], .fields(.connectionField)),
            ([(":status", "200"), ("upgrade", "x")], .fields(.connectionField)),
            ([(":status", "200"), ("content-length", "x")], .malformedContentLength),
            ([(":status", "200"), ("content-length", "1"), ("content-length", "2")], .differingContentLengths),
        ] as [([(String, String)], ResponseError)])
    func refused(fields: [(String, String)], error: ResponseError) {
        #expect(throws: error) { try Response(fields) }
    }

    @Test("do not end with an interim one")
    func interimThatEnds() {
        #expect(throws: ResponseError.malformedStatus) { try Response([(":status", "100")], endsStream: true) }
    }

    @Test("are bounded in size and number")
    func limits() throws {
        let limits = HeadLimits(startLine: 0, fieldLine: 64, head: 42 + 4 * 40, fields: 4)
        let fields = (0..<4).map { ("x\($0)", "yyyyyy") }
        _ = try Response([(":status", "200")] + fields, limits: limits)
        #expect(throws: ResponseError.fields(.tooManyFields)) {
            try Response([(":status", "200")] + fields + [("z", "")], limits: limits)
        }
        #expect(throws: ResponseError.fields(.sectionTooLarge)) {
            try Response([(":status", "200")] + fields.dropLast() + [("x4", "yyyyyyy")], limits: limits)
        }
        #expect(throws: ResponseError.fields(.lineTooLong)) {
            try Response([(":status", "200"), ("x", String(repeating: "y", count: 60))], limits: limits)
        }
    }
}
