internal import Bytes

/// `proxy_pass` of a location.
struct LocationPass: Hashable, Sendable {
    /// What the address can be; one that is always the same where it holds no variables.
    var candidates: [Candidate]
    /// What comes to the address of one of the candidates; nil where there is but one.
    var address: Template?
    /// What stands behind the address, where that holds variables.
    var target: Template?
    /// Where it stands.
    var place: Diagnostic.Place

    /// One value of the address.
    struct Candidate: Hashable, Sendable {
        /// The value as a whole, as far as `LocationPass.address` comes to it.
        var text: ByteString
        /// The host or group.
        var pass: ProxyPass
        /// The path behind it; empty where there is none.
        var path: ByteString
    }
}
