/// Which protocol versions and ciphers a virtual host accepts (nginx-proxy's `SSL_POLICY`).
package struct TLSPolicy: Hashable, Sendable {
    /// The name that settings give the policy.
    package let name: String
    /// The oldest version that is accepted.
    package let oldest: ProtocolVersion
    /// The newest version that is accepted.
    package let newest: ProtocolVersion
    /// The ciphers of TLS 1.2 and older in OpenSSL's list format; TLS 1.3 always offers its three standard ones.
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

    /// A policy of groups of ciphers.
    ///
    /// OpenSSL speaks TLS 1.0 and 1.1 only on its security level 0, because both sign with SHA-1 (SSL_CTX_set_security_level(3)).
    init(
        _ name: String, _ oldest: ProtocolVersion, _ newest: ProtocolVersion, _ groups: [CipherGroup],
        prefersServerOrder: Bool = true
    ) {
        let level = oldest < .tls12 ? ["@SECLEVEL=0"] : []
        // Where nothing older than TLS 1.3 is spoken, the list has no say, but may not be empty.
        let names = groups.isEmpty ? CipherGroup.ecdheGCM.names : groups.flatMap(\.names)
        self.init(
            name: name, oldest: oldest, newest: newest, ciphers: (names + level).joined(separator: ":"),
            prefersServerOrder: prefersServerOrder)
    }
}
