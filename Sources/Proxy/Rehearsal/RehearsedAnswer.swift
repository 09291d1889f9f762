package import Bytes

/// What would become of a request.
package struct RehearsedAnswer: Sendable {
    /// How it would end.
    package enum Outcome: Equatable, Sendable {
        /// It would be passed on to a backend of the upstream of this key, with this head.
        case forwarded(upstream: ByteString, head: ByteString)
        /// Portico would answer by itself, with this status.
        case answered(Int)
        /// The connection would be closed without an answer; the log would have this status.
        case closed(Int)
        /// Its head would be refused before anything else, with this status.
        case malformed(Int)
    }

    /// How it would end.
    package var outcome: Outcome
    /// The name of its virtual host; nil where it comes to none.
    package var host: ByteString?
    /// The number of its location in the end, among those of the host; nil where it comes to none.
    package var location: Int?
    /// The path that it is served by, decoded; empty where none was looked at.
    package var path: ByteString = ""
    /// The query that it is served by.
    package var query: ByteString = ""
    /// Whether steps of rewriting have changed path or query.
    package var isRewritten = false
    /// The fields that Portico itself would put on the answer: of a forwarded request those that come to one of 200.
    package var fields: [(name: ByteString, value: ByteString)] = []
    /// What went wrong, in words; nil where nothing did.
    package var failure: String?
}
