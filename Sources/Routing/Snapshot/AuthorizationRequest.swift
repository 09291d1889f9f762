package import Bytes

/// The question to another location of the same host whether a request may go on.
package struct AuthorizationRequest: Hashable, Sendable {
    /// The path of the location that is asked; nil where none is (`auth_request`).
    package var path: ByteString?
    /// What its answer is taken down in, in the order written (`auth_request_set`).
    package var assignments: [Assignment] = []

    /// One variable and what it becomes, as seen from the request that asks.
    package struct Assignment: Hashable, Sendable {
        /// The name, in lower case.
        package var name: ByteString
        /// The value.
        package var value: Template

        /// Gives the variable the value.
        package init(name: ByteString, value: Template) {
            self.name = name
            self.value = value
        }
    }

    /// Nobody is asked.
    package init() {}
}
