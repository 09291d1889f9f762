internal import HTTP

extension BodyFraming {
    /// Whether at least one byte of content, or the end of a chunked body, is still to come behind the head.
    var hasBody: Bool { self != .none && self != .length(0) }
}
