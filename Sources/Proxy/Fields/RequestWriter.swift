internal import Bytes
internal import HTTP
internal import Routing

/// Composes the head of the forwarded request from what was parsed; nothing of the client's framing is copied.
enum RequestWriter {
    /// Appends the head: request line, Host, the client's fields that may pass, and the fields of the proxy; `offer` is what
    /// the backend is asked to go over to.
    static func write(_ exchange: Exchange, upgrading offer: UpgradeOffer? = nil, to output: inout ByteBuffer) {
        exchange.withDownstream { write(exchange, of: $0, upgrading: offer, to: &output) }
    }

    private static func write(
        _ exchange: Exchange, of downstream: Downstream, upgrading offer: UpgradeOffer?, to output: inout ByteBuffer
    ) {
        let bytes = downstream.headBytes
        if exchange.sendsTargetAsItCame, exchange.rewritten?.isBodyless != true {
            appendRequestLine(of: downstream, in: bytes, to: &output)
        } else {
            exchange.appendMethod(to: &output)
            output.append(ASCII.space)
            RequestTarget.append(of: exchange, to: &output)
            output.append(" HTTP/1.1\r\n")
        }
        appendFields(of: exchange, downstream, to: &output)
        appendFraming(exchange.forwardedFraming, to: &output)
        if let offer {
            output.append("Connection: upgrade\r\nUpgrade: ")
            offer.append(to: &output)
            output.append("\r\n")
            if let key = exchange.webSocketKey { append(key, for: downstream.request, in: bytes, to: &output) }
        } else if exchange.chosen?.isClosed ?? exchange.location.closesUpstream {
            output.append("Connection: close\r\n")
        }
        output.append("\r\n")
    }

    /// Appends Host, the client's fields that may pass, and the fields of the proxy, each as a line; nothing of framing.
    static func appendFields(of exchange: Exchange, to output: inout ByteBuffer) {
        exchange.withDownstream { appendFields(of: exchange, $0, to: &output) }
    }

    private static func appendFields(of exchange: Exchange, _ downstream: Downstream, to output: inout ByteBuffer) {
        let bytes = downstream.headBytes
        let forwarded = ForwardedFields(exchange)
        let location = exchange.location
        let passesFields = location.settings.passesRequestFields
        if let replacements = location.settings.requestHeaders {
            write(replacements, exchange, to: &output)
            for field in downstream.request.fields
            where passesFields && !field.isDropped && forwarded.keepsClientField(field.known) {
                let name = bytes[field.name]
                if isComposed(field.known) || replacements.contains(where: { $0.replaces(name) }) { continue }
                append(name, bytes[field.value], to: &output)
            }
        } else {
            writeDefaults(forwarded, exchange, downstream, to: &output)
            guard passesFields else { return }
            for index in downstream.request.fields.indices {
                let field = downstream.request.fields[index]
                if field.isDropped || isComposed(field.known) { continue }
                if isDefault(field.known) || !forwarded.keepsClientField(field.known) { continue }
                append(bytes[field.name], bytes[field.value], to: &output)
            }
        }
    }

    private static func appendRequestLine(
        of downstream: Downstream, in bytes: UnsafeRawBufferPointer, to output: inout ByteBuffer
    ) {
        let target = bytes[downstream.request.pathAndQuery]
        // RFC 9112 §3.2.4: an OPTIONS request about the server itself, in absolute form.
        if target.isEmpty, downstream.request.method == .options { return output.append("OPTIONS * HTTP/1.1\r\n") }
        HeadWriter.appendRequestLine(method: bytes[downstream.request.methodRange], target: target, to: &output)
    }

    private static func writeDefaults(
        _ forwarded: ForwardedFields, _ exchange: Exchange, _ downstream: Downstream, to output: inout ByteBuffer
    ) {
        output.append("Host: ")
        exchange.appendHost(to: &output)
        output.append("\r\nX-Real-IP: ")
        let start = output.count
        exchange.client.address.append(to: &output)
        let address = start..<output.count
        output.append("\r\nX-Forwarded-For: ")
        forwarded.appendList(to: &output)
        output.reserve(address.count)
        output.append(UnsafeRawBufferPointer(rebasing: output.readable[address]))
        output.append("\r\nX-Forwarded-Proto: ")
        forwarded.appendProto(to: &output)
        output.append("\r\nX-Forwarded-Host: ")
        forwarded.appendHost(to: &output)
        output.append("\r\nX-Forwarded-Port: ")
        forwarded.appendPort(to: &output)
        output.append("\r\nX-Forwarded-Ssl: ")
        forwarded.appendSSL(to: &output)
        output.append("\r\nX-Original-URI: ")
        downstream.appendRequestURI(to: &output)
        output.append("\r\n")
    }

    private static func write(_ replacements: [RequestHeader], _ exchange: Exchange, to output: inout ByteBuffer) {
        let values = VariableValues(exchange)
        for header in replacements where !header.isOfTheConnection {
            header.name.withBytes { output.append($0) }
            output.append(": ")
            let start = output.count
            header.value.append(to: &output, from: values)
            // A value that could end its line would make another field, or another request, of what follows.
            let value = UnsafeRawBufferPointer(rebasing: output.readable[start...])
            if value.isEmpty || !value.isFieldValue {
                output.removeLast(value.count + header.name.count + 2)
            } else {
                output.append("\r\n")
            }
        }
    }

    private static func append(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, to output: inout ByteBuffer
    ) {
        output.append(field: name, value)
    }

    /// What a WebSocket's client says in HTTP/1.1 alone (RFC 6455 §4.1).
    private static func append(
        _ key: WebSocketKey, for request: borrowing RequestHead, in bytes: UnsafeRawBufferPointer,
        to output: inout ByteBuffer
    ) {
        output.append("Sec-WebSocket-Key: ")
        key.append(to: &output)
        output.append("\r\n")
        let hasVersion = request.fields.contains {
            ASCII.equalsIgnoringCase(bytes[$0.name], "sec-websocket-version")
        }
        if !hasVersion { output.append("Sec-WebSocket-Version: 13\r\n") }
    }

    private static func appendFraming(_ framing: BodyFraming, to output: inout ByteBuffer) {
        switch framing {
        case .none, .untilClose: break
        case .chunked: output.append("Transfer-Encoding: chunked\r\n")
        case .length(let count):
            output.append("Content-Length: ")
            output.append(decimal: count)
            output.append("\r\n")
        }
    }

    /// Fields that this writer sends by itself, or that the proxy has dealt with (`Expect`).
    private static func isComposed(_ name: FieldName) -> Bool {
        switch name {
        case .host, .contentLength, .expect: true
        default: false
        }
    }

    private static func isDefault(_ name: FieldName) -> Bool {
        switch name {
        case .xRealIP, .xForwardedFor, .xForwardedProto, .xForwardedHost, .xForwardedPort, .xForwardedSsl,
            .xOriginalURI:
            true
        default: false
        }
    }
}

extension RequestHeader {
    /// Whether the field speaks of the connection to the backend or of framing, which are not the configuration's to set.
    fileprivate var isOfTheConnection: Bool {
        name.withBytes {
            let known = FieldName($0)
            return known.isHopByHop || known == .contentLength || known == .expect
        }
    }

    fileprivate func replaces(_ other: UnsafeRawBufferPointer) -> Bool {
        name.withBytes { ASCII.equalsIgnoringCase($0, other) }
    }
}
