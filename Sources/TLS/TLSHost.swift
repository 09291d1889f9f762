/// How a host is served over TLS. Hosts for which it is the same share their settings.
package struct TLSHost: Hashable, Sendable {
    /// The name of the certificate's pair.
    package var pair: String
    /// Which versions and ciphers are accepted.
    package var policy: TLSPolicy

    /// A host with the certificate of this pair.
    package init(_ pair: String, policy: TLSPolicy = .mozillaIntermediate) {
        self.pair = pair
        self.policy = policy
    }
}
