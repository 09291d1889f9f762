internal import HTTP

extension BodyFraming {
    /// Whether at least one byte of content, or the end of a chunked body, is still to come behind the head.
    var hasBody: Bool {
        switch self {
        case .none, .length(0): false
        case .length, .chunked, .untilClose: true
        }
    }

    /// Whether the body comes in chunks.
    var isChunked: Bool { if case .chunked = self { true } else { false } }
}
