import Bytes
import HTTP

/// A response head with the bytes that it was parsed from, so that tests can compare text.
struct ParsedResponse {
    let bytes: [UInt8]
    let head: ResponseHead
    let count: Int

    /// Parses the bytes as they arrive piece by piece; the outcome of the last piece counts.
    static func parse(
        _ pieces: [ArraySlice<UInt8>], limits: HeadLimits = .response
    ) -> Result<ParsedResponse?, ResponseError> {
        var parser = ResponseHeadParser(limits: limits)
        var head = ResponseHead()
        var arrived: [UInt8] = []
        for piece in pieces {
            arrived += piece
            switch parser.parse(arrived.span, into: &head) {
            case .complete(let count): return .success(ParsedResponse(bytes: arrived, head: head, count: count))
            case .failed(let error): return .failure(error)
            case .partial: continue
            }
        }
        return .success(nil)
    }

    /// Parses text that arrives at once; nil when it is not a whole head.
    static func parse(_ text: String, limits: HeadLimits = .response) throws(ResponseError) -> ParsedResponse? {
        try parse([Array(text.utf8)[...]], limits: limits).get()
    }

    func text(_ range: ByteRange) -> String {
        String(decoding: bytes[range.indices], as: UTF8.self)
    }

    /// The fields that are passed on, as `name: value`.
    var kept: [String] {
        head.fields.filter { !$0.isDropped }.map { "\(text($0.name)): \(text($0.value))" }
    }

    /// Everything that was found, to compare two ways of feeding.
    var summary: String {
        let fields = head.fields.map { "\(text($0.name))=\(text($0.value))(\($0.known),\($0.isDropped))" }
        return """
            \(count) \(head.version) \(head.status) \(text(head.reason)) \(head.declaredFraming) \(head.isPersistent) \
            \(text(head.upgrade)) \(fields)
            """
    }
}
