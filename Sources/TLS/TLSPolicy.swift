/// Which protocol versions and ciphers a virtual host accepts (nginx-proxy's `SSL_POLICY`).
package struct TLSPolicy: Hashable, Sendable {
    /// The name that settings give the policy.
    package let name: String
    /// The oldest version that is accepted.
    package let oldest: ProtocolVersion
    /// The newest version that is accepted.
    package let newest: ProtocolVersion
    /// The ciphers of TLS 1.2 in OpenSSL's list format; TLS 1.3 always offers its three standard ones.
    package let ciphers: String
    /// Whether the server's order of ciphers decides instead of the client's.
    package let prefersServerOrder: Bool

    /// A policy of its own.
    package init(
        name: String, oldest: ProtocolVersion, newest: ProtocolVersion, ciphers: String, prefersServerOrder: Bool
    ) {
        self.name = name
        self.oldest = oldest
        self.newest = newest
        self.ciphers = ciphers
        self.prefersServerOrder = prefersServerOrder
    }

    /// Mozilla's intermediate configuration, nginx-proxy's default: forward secrecy and authenticated encryption only.
    package static let mozillaIntermediate = TLSPolicy(
        name: "Mozilla-Intermediate", oldest: .tls12, newest: .tls13,
        ciphers: """
            ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:\
            ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:\
            ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:\
            DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305
            """,
        prefersServerOrder: false)
}
