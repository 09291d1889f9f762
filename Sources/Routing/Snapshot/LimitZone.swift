package import Bytes

/// A table in which requests are counted by a key, one for all workers (nginx: `limit_req_zone`, `limit_conn_zone`).
package struct LimitZone: Hashable, Sendable {
    /// What is counted.
    package enum Kind: Hashable, Sendable {
        /// Requests as they come, of which so many thousandths may come in a second.
        case requests(rate: Int)
        /// Requests that are under way.
        case connections
    }

    /// What is counted.
    package var kind: Kind
    /// What it is called by.
    package var name: ByteString
    /// The file that declares it; zones of other files are other zones, whatever they are called.
    package var file: String
    /// What requests are told apart by; one for which it is empty is not counted.
    package var key: Template
    /// How many bytes the table may take.
    package var size: Int

    /// A zone.
    package init(kind: Kind, name: ByteString, file: String, key: Template, size: Int) {
        self.kind = kind
        self.name = name
        self.file = file
        self.key = key
        self.size = size
    }
}
