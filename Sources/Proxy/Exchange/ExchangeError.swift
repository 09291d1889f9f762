/// Why an exchange could not go on: whose fault it is, what the client is told, and whether another try is allowed.
package struct ExchangeError: Error, Equatable, Sendable {
    /// Who is at fault.
    package enum Fault: Sendable {
        case client
        case backend
        case proxy
    }

    /// What may be tried before the client is told.
    package enum Retry: Sendable {
        /// Nothing: bytes of the request may have been acted on.
        case never
        /// The same request on a new connection: the reused one had been closed before it brought a byte of answer.
        case freshConnection
        /// The same request to another backend: this one never saw it.
        case otherBackend
        /// The same request to another backend, where it does no harm that this one may have acted on it too.
        case otherBackendIfRepeatable
        /// The same, where the operator asks for it.
        case otherBackendIfAsked
    }

    /// Who is at fault.
    package let fault: Fault
    /// The status for the client when no byte of an answer was sent yet.
    package let status: Int
    /// What may be tried first.
    package let retry: Retry
    /// A few words for the log.
    package let reason: StaticString

    /// Whether it counts against the backend that was asked; a kept connection may be closed by the best of them.
    var isBackendFailure: Bool { fault == .backend && retry != .freshConnection }

    /// Whether the backend took too long.
    var isTimeout: Bool { status == 504 }

    package static func == (a: ExchangeError, b: ExchangeError) -> Bool {
        a.fault == b.fault && a.status == b.status && a.retry == b.retry
    }
}

extension ExchangeError {
    static let backendRefused = ExchangeError(
        fault: .backend, status: 502, retry: .otherBackend, reason: "the backend refused the connection")
    static let connectTimedOut = ExchangeError(
        fault: .backend, status: 504, retry: .otherBackend, reason: "the backend did not accept the connection in time")
    static let backendHandshakeFailed = ExchangeError(
        fault: .backend, status: 502, retry: .otherBackend, reason: "the TLS handshake with the backend failed")
    static let backendUntrusted = ExchangeError(
        fault: .backend, status: 502, retry: .otherBackend,
        reason:
            "the backend's certificate is for another name, or no authority of the host's .upstream-ca.crt signed it")
    static let noAuthorities = ExchangeError(
        fault: .proxy, status: 502, retry: .never, reason: "the host's .upstream-ca.crt cannot be used")
    static let noBackend = ExchangeError(fault: .backend, status: 502, retry: .never, reason: "no backend is known")
    static let staleConnection = ExchangeError(
        fault: .backend, status: 502, retry: .freshConnection,
        reason: "the backend had closed the kept-alive connection")
    static let backendGone = ExchangeError(
        fault: .backend, status: 502, retry: .otherBackendIfRepeatable,
        reason: "the backend closed the connection before it answered")
    static let backendGarbage = ExchangeError(
        fault: .backend, status: 502, retry: .otherBackendIfAsked, reason: "the backend's answer is not valid HTTP")
    static let noHTTP2 = ExchangeError(
        fault: .backend, status: 502, retry: .otherBackend,
        reason: "the backend does not speak HTTP/2: it did not choose h2 in the TLS handshake (ALPN)")
    static let streamRefused = ExchangeError(
        fault: .backend, status: 502, retry: .otherBackend, reason: "the backend takes no further stream now")
    static let streamReset = ExchangeError(
        fault: .backend, status: 502, retry: .otherBackendIfRepeatable,
        reason: "the backend reset the stream before it answered")
    static let applicationRefused = ExchangeError(
        fault: .backend, status: 502, retry: .otherBackend, reason: "the FastCGI application takes no request now")
    static let lengthRequired = ExchangeError(
        fault: .client, status: 411, retry: .never,
        reason: "the request body's size is not told, and it is too large to be gathered for a FastCGI application")
    static let badPath = ExchangeError(
        fault: .client, status: 400, retry: .never, reason: "the path is not valid")
    static let responseCut = ExchangeError(
        fault: .backend, status: 502, retry: .never,
        reason: "the backend closed the connection in the middle of its answer")
    static let backendSilent = ExchangeError(
        fault: .backend, status: 504, retry: .otherBackendIfRepeatable, reason: "the backend did not answer in time")
    static let backendStalled = ExchangeError(
        fault: .backend, status: 504, retry: .otherBackendIfRepeatable,
        reason: "the backend did not take the request in time")
    static let noTunnel = ExchangeError(
        fault: .proxy, status: 502, retry: .never, reason: "the backend answered a WebSocket's request as any other")
    static let wrongProtocol = ExchangeError(
        fault: .backend, status: 502, retry: .never,
        reason: "the backend has gone over to a protocol that was not asked for")
    static let tunnelIdle = ExchangeError(
        fault: .client, status: 504, retry: .never,
        reason: "nothing went through the tunnel for as long as proxy_read_timeout lets it be idle")
    static let noAuthorization = ExchangeError(
        fault: .proxy, status: 500, retry: .never,
        reason: "the location that auth_request names answered with neither 2xx nor 401 nor 403")
    static let notCompressed = ExchangeError(
        fault: .proxy, status: 500, retry: .never, reason: "the answer could not be compressed")
    static let circle = ExchangeError(
        fault: .proxy, status: 500, retry: .never,
        reason: "more than 10 rewrites or inner redirects: they go in a circle")
    static let clientGone = ExchangeError(
        fault: .client, status: 499, retry: .never, reason: "the client closed the connection")
    static let clientSlow = ExchangeError(
        fault: .client, status: 408, retry: .never, reason: "the client did not send the request in time")
    static let clientStalled = ExchangeError(
        fault: .client, status: 499, retry: .never, reason: "the client did not take the answer in time")
    static let badBody = ExchangeError(
        fault: .client, status: 400, retry: .never, reason: "the request body's framing is not valid")
    static let bodyTooLarge = ExchangeError(
        fault: .client, status: 413, retry: .never, reason: "the request body is larger than client_max_body_size")
    static let fileCut = ExchangeError(
        fault: .proxy, status: 500, retry: .never,
        reason: "a file became shorter, or could not be read, while it was sent")
    static let outOfDescriptors = ExchangeError(
        fault: .proxy, status: 503, retry: .never, reason: "no connection to the backend could be opened")
    static let crowded = ExchangeError(
        fault: .client, status: 503, retry: .never, reason: "the client has too many of the connections that are left")
    static let outOfMemory = ExchangeError(
        fault: .client, status: 503, retry: .never, reason: "memory has run short, and the client holds much of it")
    static let shuttingDown = ExchangeError(
        fault: .proxy, status: 503, retry: .never, reason: "the proxy is shutting down")
}
