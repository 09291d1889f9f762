package import Bytes

/// A field of the forwarded request (`proxy_set_header`): it takes the place of the client's field of that name.
package struct RequestHeader: Hashable, Sendable {
    /// The name as written.
    package var name: ByteString
    /// The value; where it comes to no bytes, the field is not sent at all.
    package var value: Template

    /// A field for forwarded requests.
    package init(name: ByteString, value: Template) {
        self.name = name
        self.value = value
    }
}
