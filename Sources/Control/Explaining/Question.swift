internal import Bytes

/// A request that is to be explained.
package struct Question: Sendable {
    /// Where it is sent.
    package var address: CheckedAddress
    /// Its method.
    package var method = "GET"
    /// The user who makes it, whose password is taken for right; nil for nobody.
    package var user: String?
    /// The client's address.
    var client = IPAddress(ipv4: 0x7f00_0001)
    /// The size of its body in bytes; nil for none.
    package var bodySize: Int?
    /// Further fields, each `NAME: VALUE`.
    package var fields: [(name: String, value: String)] = []

    /// A GET without anything.
    package init(_ address: CheckedAddress) { self.address = address }

    /// Says who the client is; false for a text that is no address.
    package mutating func setClient(_ text: String) -> Bool {
        guard let address = IPAddress(text) else { return false }
        client = address
        return true
    }
}
