internal import Bytes

/// Whether a request wants a representation in the state that it is in (RFC 9110 §13).
package enum ConditionalRequest {
    /// How the time of `If-Modified-Since` is compared (nginx: `if_modified_since`).
    package enum TimeComparison: String, CaseIterable, Sendable {
        /// The field is passed over.
        case off
        /// It must be the very time of the last change.
        case exact
        /// It must not be before the last change.
        case before
    }

    /// What the conditions come to.
    package enum Outcome: Sendable {
        /// The request is served.
        case proceed
        /// The client has what it asks for: 304.
        case notModified
        /// It is not in the state that the client takes it to be in: 412.
        case failed
    }

    /// Evaluates the conditions of a GET or HEAD in the order of RFC 9110 §13.2.2.
    ///
    /// - Parameters:
    ///   - request: the request, whose ranges point into `bytes`.
    ///   - etag: the entity tag with its quotes; empty where there is none.
    ///   - lastModified: the time of the last change in seconds since 1970.
    package static func evaluate(
        _ request: RequestHead, in bytes: UnsafeRawBufferPointer, etag: UnsafeRawBufferPointer, lastModified: Int,
        comparison: TimeComparison
    ) -> Outcome {
        if let field = request.fields.first(.ifMatch) {
            guard matches(bytes[field.value], etag, isWeak: false) else { return .failed }
        } else if let field = request.fields.first(.ifUnmodifiedSince) {
            if let time = HTTPDate.parse(bytes[field.value]), lastModified > time { return .failed }
        }
        if let field = request.fields.first(.ifNoneMatch) {
            return matches(bytes[field.value], etag, isWeak: true) ? .notModified : .proceed
        }
        guard comparison != .off, let field = request.fields.first(.ifModifiedSince),
            let time = HTTPDate.parse(bytes[field.value])
        else { return .proceed }
        let isUnmodified = comparison == .exact ? time == lastModified : time >= lastModified
        return isUnmodified ? .notModified : .proceed
    }

    /// Whether a `Range` field counts, as far as `If-Range` is concerned (RFC 9110 §13.1.5).
    package static func permitsRange(
        _ request: RequestHead, in bytes: UnsafeRawBufferPointer, etag: UnsafeRawBufferPointer, lastModified: Int
    ) -> Bool {
        guard let field = request.fields.first(.ifRange) else { return true }
        let value = bytes[field.value]
        // A weak tag is never the same: it says nothing about single bytes.
        if value.last == UInt8(ascii: "\"") { return !etag.isEmpty && !isWeak(etag) && ASCII.equals(value, etag) }
        return HTTPDate.parse(value) == lastModified
    }

    /// Whether the tag is among those of a list, or the list is `*`.
    private static func matches(
        _ list: UnsafeRawBufferPointer, _ etag: UnsafeRawBufferPointer, isWeak: Bool
    ) -> Bool {
        if list.count == 1, list[0] == UInt8(ascii: "*") { return true }
        guard !etag.isEmpty, isWeak || !Self.isWeak(etag) else { return false }
        let own = isWeak ? withoutWeakness(etag) : etag
        var rest = list
        while !rest.isEmpty {
            // A tag may hold commas, but no quotes.
            guard let open = rest.firstIndex(of: UInt8(ascii: "\"")),
                let length = rest[(open + 1)...].firstIndex(of: UInt8(ascii: "\"")).map({ $0 - open + 1 })
            else { return false }
            let tag = UnsafeRawBufferPointer(rebasing: rest[open..<open + length])
            let isTagWeak = open >= 2 && rest[open - 1] == ASCII.slash && rest[open - 2] == UInt8(ascii: "W")
            if isWeak || !isTagWeak, ASCII.equals(tag, own) { return true }
            rest = UnsafeRawBufferPointer(rebasing: rest[(open + length)...])
        }
        return false
    }

    private static func isWeak(_ etag: UnsafeRawBufferPointer) -> Bool { etag.first == UInt8(ascii: "W") }

    private static func withoutWeakness(_ etag: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        isWeak(etag) ? UnsafeRawBufferPointer(rebasing: etag.dropFirst(2)) : etag
    }
}
