/// What the backends of an upstream speak; whether over TLS is another question.
package enum BackendProtocol: Hashable, Sendable {
    /// HTTP/1.1, or 1.0 where they know no better.
    case http1
    /// HTTP/2, in the clear by prior knowledge (RFC 9113 §3.3), as gRPC needs it.
    case http2
    /// FastCGI 1.0.
    case fastCGI
}
