/// How a host is served over TLS. Hosts for which it is the same share their settings.
package struct TLSHost: Hashable, Sendable {
    /// The name of the certificate's pair.
    package var pair: String
    /// Which versions and ciphers are accepted.
    package var policy: TLSPolicy

    /// What is asked of clients' certificates; nil for nothing.
    package var clients: ClientVerification?

    /// A host with the certificate of this pair.
    package init(_ pair: String, policy: TLSPolicy = .mozillaIntermediate, clients: ClientVerification? = nil) {
        self.pair = pair
        self.policy = policy
        self.clients = clients
    }
}
