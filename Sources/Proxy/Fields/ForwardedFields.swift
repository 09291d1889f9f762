internal import Bytes
internal import HTTP
internal import Net

/// What the backend is told of the client: the fields of nginx-proxy, from what this proxy saw or, behind a trusted
/// proxy, from what that one said.
struct ForwardedFields {
    private let exchange: Exchange
    private let downstream: Downstream
    private let client: Endpoint
    private let isTrusted: Bool

    init(_ exchange: Exchange) {
        self.exchange = exchange
        downstream = exchange.downstream
        client = exchange.client
        isTrusted = exchange.worker.settings.trustedProxies.contains(downstream.peer.address)
    }

    /// Whether the client's own value of the field is kept; otherwise nobody but this proxy may say such a thing.
    func keepsClientField(_ name: FieldName) -> Bool {
        switch name {
        case .forwarded, .xForwardedFor, .xForwardedHost, .xForwardedPort, .xForwardedProto, .xForwardedSsl,
            .xForwardedPrefix, .xForwardedPath, .xForwardedServer, .xRealIP, .xOriginalURI:
            isTrusted
        default: true
        }
    }

    /// The client's address behind those that a trusted proxy listed.
    func appendFor(to output: inout ByteBuffer) {
        appendList(to: &output)
        client.address.append(to: &output)
    }

    /// The addresses that a trusted proxy listed, each with a comma behind it.
    func appendList(to output: inout ByteBuffer) {
        guard isTrusted else { return }
        // Each proxy may have added a line of its own (RFC 9110 §5.3).
        for field in downstream.request.fields where field.known == .xForwardedFor && !field.value.isEmpty {
            output.append(downstream.headBytes[field.value])
            output.append(", ")
        }
    }

    /// The list that the client sent, whoever it is, with its address behind: nginx's `$proxy_add_x_forwarded_for`.
    ///
    /// From a client that is not trusted the list is left out: it can hold whatever the client likes.
    func appendAddedFor(to output: inout ByteBuffer) { appendFor(to: &output) }

    /// `http` or `https`.
    func appendProto(to output: inout ByteBuffer) {
        if let value = trustedValue(.xForwardedProto) {
            output.append(value)
        } else {
            output.append(downstream.isSecure ? "https" : "http")
        }
    }

    /// `on` where the client's own connection is https, else `off`.
    func appendSSL(to output: inout ByteBuffer) {
        let isSecure =
            trustedValue(.xForwardedProto).map { ASCII.equalsIgnoringCase($0, "https") } ?? downstream.isSecure
        output.append(isSecure ? "on" : "off")
    }

    /// The host that the client asked for, with its port.
    func appendHost(to output: inout ByteBuffer) {
        if let value = trustedValue(.xForwardedHost) { output.append(value) } else { exchange.appendHost(to: &output) }
    }

    /// The port that the client connected to as it sees it: the one in its Host, else the scheme's own.
    ///
    /// The port of the listener would be wrong wherever the container's port is published under another number.
    func appendPort(to output: inout ByteBuffer) {
        if let value = trustedValue(.xForwardedPort) {
            output.append(value)
        } else if let port = clientPort {
            output.append(port)
        } else {
            output.append(downstream.isSecure ? "443" : "80")
        }
    }

    private var clientPort: UnsafeRawBufferPointer? {
        let host = exchange.withDownstream { $0.headBytes[$0.request.host] }
        guard let colon = host.lastIndex(of: ASCII.colon), colon + 1 < host.count, ASCII.isDigit(host[host.count - 1])
        else { return nil }
        return UnsafeRawBufferPointer(rebasing: host[(colon + 1)...])
    }

    private func trustedValue(_ name: FieldName) -> UnsafeRawBufferPointer? {
        guard isTrusted, let field = downstream.request.fields.first(name), !field.value.isEmpty else { return nil }
        return downstream.headBytes[field.value]
    }
}
