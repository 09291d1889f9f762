package import Bytes
package import Net

/// Why a TLS connection cannot begin or go on.
package enum TLSError: Error, Equatable, Sendable {
    /// The peer broke the protocol, or offered nothing that both sides take; the text is OpenSSL's reason.
    case protocolFault(String)
    /// The peer ended the handshake with an alert (RFC 8446 §6), such as 48: it does not know the authority.
    case peerAlert(UInt8)
    /// The peer went away before the handshake was complete.
    case peerClosed
    /// The first bytes were an HTTP request without TLS.
    case plainHTTP
    /// The peer sent handshake messages on and on after the handshake.
    case tooManyMessages
    /// No certificate stands for the name that the client asked for; nil when it named none (RFC 6066 §3).
    case unknownServerName(ByteString?)
    /// The socket failed.
    case socket(SystemError)
    /// The peer's certificate is signed by nobody who is trusted, or is for another name; the text is OpenSSL's reason.
    case untrustedPeer(String)
    /// OpenSSL refused a setting or is out of memory; the text is its reason.
    case setUp(String)
}

extension TLSError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .protocolFault(let reason): "TLS: \(reason)"
        case .peerAlert(let number): "TLS: the peer sent alert \(number)"
        case .peerClosed: "TLS: the peer left during the handshake"
        case .plainHTTP: "TLS: the client spoke plain HTTP"
        case .tooManyMessages: "TLS: the peer sent too many handshake messages"
        case .unknownServerName(let name?): "TLS: no certificate for \(name)"
        case .unknownServerName(nil): "TLS: the client named no host and there is no default certificate"
        case .socket(let error): "TLS: \(error)"
        case .untrustedPeer(let reason): "TLS: the peer's certificate is not trusted: \(reason)"
        case .setUp(let reason): "TLS: OpenSSL refused its set-up: \(reason)"
        }
    }
}
