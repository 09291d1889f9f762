import Bytes
import HTTP

/// What an assembler made of the fields of a request, with a copy of its bytes, so that tests can compare text.
struct AssembledRequest {
    let result: HTTP2HeadResult
    let head: RequestHead
    let bytes: [UInt8]

    /// A GET of `https://a.test/`, and these fields behind its pseudo-fields.
    static func get(_ fields: [(String, String)] = [], endsStream: Bool = true) -> AssembledRequest {
        AssembledRequest(pseudo() + fields, endsStream: endsStream)
    }

    /// The four pseudo-fields, some of them changed, in the usual order; empty ones are left out.
    static func pseudo(
        method: String = "GET", scheme: String = "https", path: String = "/", authority: String = "a.test"
    ) -> [(String, String)] {
        [(":method", method), (":scheme", scheme), (":path", path), (":authority", authority)].filter { !$0.1.isEmpty }
    }

    /// Assembles these fields.
    init(_ fields: [(String, String)], endsStream: Bool = true, limits: HeadLimits = .request) {
        var assembler = HTTP2RequestAssembler(limits: limits)
        self.init(fields, endsStream: endsStream, with: &assembler)
    }

    /// Assembles these fields with an assembler that may have been used before.
    init(_ fields: [(String, String)], endsStream: Bool = true, with assembler: inout HTTP2RequestAssembler) {
        var head = RequestHead()
        assembler.begin()
        for (name, value) in fields {
            Array(name.utf8).withUnsafeBytes { name in
                Array(value.utf8).withUnsafeBytes { assembler.add(name, $0) }
            }
        }
        result = assembler.complete(endsStream: endsStream, into: &head)
        self.head = head
        bytes = Array(assembler.bytes)
    }

    func text(_ range: ByteRange) -> String { String(decoding: bytes[range.indices], as: UTF8.self) }

    /// The fields that are passed on, as `name: value`.
    var kept: [String] {
        head.fields.filter { !$0.isDropped }.map { "\(text($0.name)): \(text($0.value))" }
    }
}
