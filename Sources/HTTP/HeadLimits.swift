/// The sizes up to which a head is read.
///
/// Sizes are in bytes, and a line counts with its line end.
package struct HeadLimits: Sendable {
    /// The longest start line.
    package var startLine: Int
    /// The longest field line.
    package var fieldLine: Int
    /// The longest head, with its start line and the empty line that ends it.
    package var head: Int
    /// The most field lines.
    package var fields: Int

    /// Limits of these sizes.
    package init(startLine: Int, fieldLine: Int, head: Int, fields: Int) {
        self.startLine = startLine
        self.fieldLine = fieldLine
        self.head = head
        self.fields = fields
    }

    /// What a client may send: nginx's `large_client_header_buffers 4 8k`, and at most 200 fields.
    package static let request = HeadLimits(startLine: 8192, fieldLine: 8192, head: 32768, fields: 200)

    /// What a backend may send: wide enough for large cookies and policies, which nginx by default refuses.
    package static let response = HeadLimits(startLine: 8192, fieldLine: 32768, head: 65536, fields: 400)
}
