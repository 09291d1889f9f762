package import Bytes

/// How backends are reached over TLS.
package struct UpstreamTLS: Hashable, Sendable {
    /// The name or address that backends are asked for, and that their certificates must be for where these are verified;
    /// nil where none is known, as for a host with a wildcard.
    package var serverName: ByteString?
    /// The virtual host, as the names of files have it, whose file `NAME.upstream-ca.crt` holds the authorities that are
    /// trusted.
    package var host: ByteString
    /// The path of a file that holds them instead.
    package var authorities: String?

    /// TLS for the backends of a host.
    package init(serverName: ByteString?, host: ByteString, authorities: String? = nil) {
        self.serverName = serverName
        self.host = host
        self.authorities = authorities
    }
}
