import Bytes
import HTTP

/// A request head with the bytes that it was parsed from, so that tests can compare text.
struct ParsedRequest {
    let bytes: [UInt8]
    let head: RequestHead
    let count: Int

    /// Parses the bytes as they arrive piece by piece; the outcome of the last piece counts.
    static func parse(
        _ pieces: [ArraySlice<UInt8>], limits: HeadLimits = .request
    ) -> Result<ParsedRequest?, RequestError> {
        var parser = RequestHeadParser(limits: limits)
        var head = RequestHead()
        var arrived: [UInt8] = []
        for piece in pieces {
            arrived += piece
            switch parser.parse(arrived.span, into: &head) {
            case .complete(let count): return .success(ParsedRequest(bytes: arrived, head: head, count: count))
            case .failed(let error): return .failure(error)
            case .partial: continue
            }
        }
        return .success(nil)
    }

    /// Parses text that arrives at once; nil when it is not a whole head.
    static func parse(_ text: String, limits: HeadLimits = .request) throws(RequestError) -> ParsedRequest? {
        try parse([Array(text.utf8)[...]], limits: limits).get()
    }

    func text(_ range: ByteRange) -> String {
        String(decoding: bytes[range.indices], as: UTF8.self)
    }

    func value(_ name: FieldName) -> String? {
        head.fields.first(name).map { text($0.value) }
    }

    /// The fields that are passed on, as `name: value`.
    var kept: [String] {
        head.fields.filter { !$0.isDropped }.map { "\(text($0.name)): \(text($0.value))" }
    }

    /// Everything that was found, to compare two ways of feeding.
    var summary: String {
        let fields = head.fields.map { "\(text($0.name))=\(text($0.value))(\($0.known),\($0.isDropped))" }
        return """
            \(count) \(head.method) \(text(head.methodRange)) \(head.version) \(text(head.target)) \(head.form) \
            \(text(head.path)) \(head.hasQuery) \(text(head.query)) \(text(head.host)) \(text(head.hostName)) \
            \(head.framing) \(head.isPersistent) \(head.expectsContinue) \(text(head.upgrade)) \(fields)
            """
    }
}
