import Bytes
import HTTP
import Testing

@Suite("Trailers of HTTP/2")
struct HTTP2TrailersTests {
    /// The lines that may be passed on; nil when the trailers are malformed.
    private static func ofRequest(_ fields: [(String, String)]) -> String? {
        var assembler = HTTP2RequestAssembler()
        let head = AssembledRequest(AssembledRequest.pseudo() + [("x", "y")], endsStream: false, with: &assembler)
        assembler.beginTrailers()
        for (name, value) in fields {
            Array(name.utf8).withUnsafeBytes { name in
                Array(value.utf8).withUnsafeBytes { assembler.add(name, $0) }
            }
        }
        guard assembler.completeTrailers() else { return nil }
        let bytes = Array(assembler.bytes)
        #expect(bytes == head.bytes, "the head stays as it is")
        return String(decoding: assembler.trailers, as: UTF8.self)
    }

    private static func ofResponse(_ fields: [(String, String)]) -> String? {
        var assembler = HTTP2ResponseAssembler()
        assembler.begin()
        assembler.beginTrailers()
        for (name, value) in fields {
            Array(name.utf8).withUnsafeBytes { name in
                Array(value.utf8).withUnsafeBytes { assembler.add(name, $0) }
            }
        }
        return assembler.completeTrailers() ? String(decoding: assembler.trailers, as: UTF8.self) : nil
    }

    @Test("keep what may be passed on, as lines")
    func passable() {
        let fields = [
            ("x-checksum", "abc"), ("grpc-status", "0"), ("grpc-message", ""), ("etag", "\"x\""), ("content-type", "x"),
            ("set-cookie", "a=b"), ("x_y", "1"), ("authorization", "x"), ("te", "trailers"), ("host", "b.test"),
        ]
        let lines = "x-checksum: abc\r\ngrpc-status: 0\r\ngrpc-message: \r\netag: \"x\"\r\n"
        #expect(Self.ofRequest(fields) == lines)
        #expect(Self.ofResponse(fields) == lines)
        #expect(Self.ofRequest([])?.isEmpty == true)
    }

    @Test(
        "are malformed with pseudo-fields, with what frames a message, and as a head's fields are",
        arguments: [
            (":path", "/"), (":status", "200"), (":x", "y"), ("content-length", "0"), ("transfer-encoding", "chunked"),
            ("connection", "x"), ("upgrade", "x"), ("te", "gzip"), ("X", "y"), ("", "y"), ("x", "a\r\nb: c"),
            ("x", "\u{0}"),
            ("x", " y"), ("x y", "z"),
        ])
    func malformed(name: String, value: String) {
        #expect(Self.ofRequest([("a", "b"), (name, value), ("c", "d")]) == nil)
        #expect(Self.ofResponse([("a", "b"), (name, value), ("c", "d")]) == nil)
    }

    @Test("are bounded in size and number")
    func limits() {
        let many = (0..<64).map { ("x\($0)", "y") }
        #expect(Self.ofRequest(many) != nil)
        #expect(Self.ofRequest(many + [("y", "z")]) == nil)
        #expect(Self.ofRequest([("x", String(repeating: "v", count: 8192 - 33))]) != nil)
        #expect(Self.ofRequest([("x", String(repeating: "v", count: 8192 - 32))]) == nil)
    }

    @Test("of the stream before are forgotten")
    func reuse() {
        var assembler = HTTP2RequestAssembler()
        _ = AssembledRequest(AssembledRequest.pseudo(), endsStream: false, with: &assembler)
        assembler.beginTrailers()
        Array("X".utf8).withUnsafeBytes { assembler.add($0, $0) }
        let isFirstSound = assembler.completeTrailers()
        #expect(!isFirstSound)
        let request = AssembledRequest(AssembledRequest.pseudo(), endsStream: false, with: &assembler)
        let isSecondSound = assembler.completeTrailers()
        let count = assembler.trailers.count
        #expect(request.result == .complete && isSecondSound && count == 0)
    }
}
