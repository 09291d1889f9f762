internal import Bytes

/// How a host is served over TLS. Hosts for which it is the same share their settings.
package struct TLSHost: Hashable, Sendable {
    /// The name of the certificate's pair.
    package var pair: String
    /// Which versions and ciphers are accepted.
    package var policy: TLSPolicy

    /// What is asked of clients' certificates; nil for nothing.
    package var clients: ClientVerification?

    /// Whether clients are offered HTTP/2 beside HTTP/1.1.
    package var offersHTTP2: Bool

    /// A host with the certificate of this pair.
    package init(
        _ pair: String, policy: TLSPolicy = .mozillaIntermediate, clients: ClientVerification? = nil,
        offersHTTP2: Bool = false
    ) {
        self.pair = pair
        self.policy = policy
        self.clients = clients
        self.offersHTTP2 = offersHTTP2
    }

    /// The application protocols on offer (RFC 7301), the preferred one first.
    var protocols: [ByteString] { offersHTTP2 ? ["h2", "http/1.1"] : ["http/1.1"] }
}
