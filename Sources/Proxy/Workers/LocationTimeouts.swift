internal import Net
internal import Routing

/// How long a location waits for its clients and backends.
struct LocationTimeouts {
    /// For a connection to a backend (`proxy_connect_timeout`).
    let connect: Timeout
    /// Between two writes to a backend (`proxy_send_timeout`).
    let send: Timeout
    /// Between two reads from a backend (`proxy_read_timeout`).
    let read: Timeout
    /// For the head of a further request (`client_header_timeout`).
    let clientHeader: Timeout
    /// Between two reads of a request's body (`client_body_timeout`).
    let clientBody: Timeout
    /// Between two writes to a client (`send_timeout`).
    let clientSend: Timeout
    /// For a client's next request (`keepalive_timeout`).
    let keepalive: Timeout

    init(_ settings: LocationSettings) {
        connect = Timeout(settings.connectTimeout)
        send = Timeout(settings.sendTimeout)
        read = Timeout(settings.readTimeout)
        clientHeader = Timeout(settings.clientHeaderTimeout)
        clientBody = Timeout(settings.clientBodyTimeout)
        clientSend = Timeout(settings.clientSendTimeout)
        keepalive = Timeout(settings.keepaliveTimeout)
    }
}
