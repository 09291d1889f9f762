/// A value that a template takes from the client's TLS connection, by nginx's name for it; nothing in the clear.
package enum TLSVariable: String, CaseIterable, Sendable {
    /// The application protocol that was agreed on.
    case applicationProtocol = "ssl_alpn_protocol"
    /// The name of the cipher.
    case cipher = "ssl_cipher"
    /// The client's certificate in PEM form, every byte but letters, digits and `-._~` escaped.
    case clientEscapedCertificate = "ssl_client_escaped_cert"
    /// The SHA-1 digest of the client's certificate.
    case clientFingerprint = "ssl_client_fingerprint"
    /// Who issued the client's certificate (RFC 2253).
    case clientIssuer = "ssl_client_i_dn"
    /// The client's certificate in PEM form.
    case clientRawCertificate = "ssl_client_raw_cert"
    /// The days until the client's certificate expires.
    case clientRemaining = "ssl_client_v_remain"
    /// The serial number of the client's certificate.
    case clientSerial = "ssl_client_serial"
    /// Whom the client's certificate names (RFC 2253).
    case clientSubject = "ssl_client_s_dn"
    /// The end of the time in which the client's certificate is valid.
    case clientValidUntil = "ssl_client_v_end"
    /// The start of the time in which the client's certificate is valid.
    case clientValidFrom = "ssl_client_v_start"
    /// `SUCCESS`, `FAILED:reason`, or `NONE` where the client showed no certificate, or was asked for none.
    case clientVerify = "ssl_client_verify"
    /// The version of TLS.
    case protocolVersion = "ssl_protocol"
    /// The host that the client named in its greeting.
    case serverName = "ssl_server_name"
    /// `r` where the connection went on from an earlier one's session, else `.`.
    case sessionReused = "ssl_session_reused"
}
