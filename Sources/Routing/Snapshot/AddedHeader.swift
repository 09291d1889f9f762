package import Bytes

/// A field that is added to answers (`add_header`).
package struct AddedHeader: Hashable, Sendable {
    /// The name as written; it may end in a colon, which nginx lets stand.
    package var name: ByteString
    /// The value; where it comes to no bytes, the field is not sent.
    package var value: Template
    /// Whether it is added whatever the status; otherwise only to 200, 201, 204, 206, 301, 302, 303, 304, 307 and 308.
    package var always: Bool

    /// A field for answers.
    package init(name: ByteString, value: Template, always: Bool) {
        self.name = name
        self.value = value
        self.always = always
    }

    /// Whether the field belongs on an answer of this status.
    package func applies(toStatus status: Int) -> Bool { Self.standardApplies(toStatus: status) || always }

    /// Whether fields are added to answers of this status that are not added to all.
    package static func standardApplies(toStatus status: Int) -> Bool {
        switch status {
        case 200, 201, 204, 206, 301, 302, 303, 304, 307, 308: true
        default: false
        }
    }
}
