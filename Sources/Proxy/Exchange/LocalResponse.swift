internal import Bytes
internal import HTTP
internal import Net
internal import Routing
internal import TLS

/// The answers that the proxy gives by itself: errors, challenges, redirects and `return`.
enum LocalResponse {
    /// Sends the page of a status.
    static func send(_ status: Int, for exchange: Exchange) {
        send(status, contentType: "text/html", isPage: true, for: exchange) { page in
            if exchange.host == nil, [500, 502, 503, 504].contains(status),
                let own = exchange.worker.routes.errorPage
            {
                return page.append(own)
            }
            let reason = StatusCode.reason(status)
            page.append("<!doctype html>\n<title>")
            page.append(decimal: status)
            page.append(" ")
            page.append(reason)
            page.append("</title>\n<h1>")
            page.append(decimal: status)
            page.append(" ")
            page.append(reason)
            page.append("</h1>\n")
        }
    }

    /// Tells a client why its connection does not serve for this host, in nginx's words, and ends it but for a request that
    /// only went astray: it may be meant for a connection of its own (RFC 9110 §15.5.20).
    static func refuse(_ refusal: ConnectionDemand.Refusal, for exchange: Exchange) {
        let reason: StaticString
        switch refusal {
        case .misdirected: return send(421, for: exchange)
        case .noCertificate: reason = "No required SSL certificate was sent"
        case .badCertificate: reason = "The SSL certificate error"
        }
        send(400, contentType: "text/html", keepAlive: false, for: exchange) { page in
            page.append("<!doctype html>\n<title>400 ")
            page.append(reason)
            page.append("</title>\n<h1>400 Bad Request</h1>\n<p>")
            page.append(reason)
            page.append("</p>\n")
        }
    }

    /// Sends what a `return` directive says.
    static func send(_ returned: Return, for exchange: Exchange) {
        // nginx's status for closing at once, and the one that its log has for clients that are gone already.
        guard returned.status != 444, returned.status != 499 else { return exchange.hangUp(status: returned.status) }
        switch returned.content {
        case .page where returned.status < 300: send(returned.status, contentType: nil, for: exchange) { _ in }
        case .page where returned.status < 400: send(returned.status, for: exchange)
        case .page: exchange.respond(returned.status)
        case .text(let template):
            let type = exchange.location.settings.files.defaultType
            let field = type.flatMap { $0.isEmpty ? nil : (name: "Content-Type" as StaticString, value: $0) }
            send(returned.status, contentType: type == nil ? "text/plain" : nil, field: field, for: exchange) {
                template.append(to: &$0, from: VariableValues(exchange))
            }
        case .json(let template):
            send(returned.status, contentType: "application/json", for: exchange) {
                template.append(to: &$0, from: VariableValues(exchange))
            }
        case .redirect(let template):
            redirect(returned.status, exchange) { template.append(to: &$0, from: VariableValues(exchange)) }
        }
    }

    /// Sends the client to the same place over https, as nginx-proxy does: the client's port dropped.
    static func redirectToHTTPS(_ exchange: Exchange) {
        let status =
            switch exchange.downstream.request.method {
            case .delete, .options, .patch, .post, .put: exchange.host?.nonGetRedirect ?? 301
            default: 301
            }
        redirect(status, exchange) { location in
            let downstream = exchange.downstream
            location.append("https://")
            for byte in downstream.headBytes[downstream.request.hostName] { location.append(ASCII.lowercased(byte)) }
            let ownPort = exchange.host?.httpsPort ?? 0
            let port = ownPort > 0 ? ownPort : exchange.worker.settings.httpsPort
            if port != 443 {
                location.append(ASCII.colon)
                location.append(decimal: Int(port))
            }
            if downstream.request.form != .asterisk { downstream.appendRequestURI(to: &location) }
        }
    }

    /// Sends the client to the path of its location, which is the one that it asked for with a `/` added, as nginx does.
    static func redirectToDirectory(_ exchange: Exchange) {
        redirect(301, exchange) { location in
            exchange.location.path.withBytes { NormalizedPath.appendEscaped($0, to: &location) }
            guard !exchange.query.isEmpty else { return }
            location.append("?")
            location.append(exchange.query)
        }
    }

    /// Sends the client where `error_page` says.
    static func redirect(_ status: Int, to target: Template, for exchange: Exchange) {
        redirect(status, exchange) { target.append(to: &$0, from: VariableValues(exchange)) }
    }

    /// Sends the client to the path that it asked for with a `/` added, because a folder stands there.
    static func redirectToFolder(_ exchange: Exchange) {
        redirect(301, exchange) { location in
            NormalizedPath.appendEscaped(exchange.rewriting().path.readable, to: &location)
            location.append("/")
            guard !exchange.query.isEmpty else { return }
            location.append("?")
            location.append(exchange.query)
        }
    }

    /// Refuses a range that there is none of in a content of this size (RFC 9110 §15.5.17).
    static func refuseRange(ofSize size: Int, for exchange: Exchange) {
        let field: (StaticString, ByteString) = ("Content-Range", ByteString("bytes */\(size)"))
        send(416, contentType: "text/html", field: field, for: exchange) { page in
            page.append("<!doctype html>\n<title>416 ")
            page.append(StatusCode.reason(416))
            page.append("</title>\n")
        }
    }

    /// Sends the client where a `rewrite` says.
    static func redirect(_ status: Int, to request: RewrittenRequest, for exchange: Exchange) {
        redirect(status, exchange) { $0.append(request.redirection.readable) }
    }

    private static func redirect(_ status: Int, _ exchange: Exchange, target: (inout ByteBuffer) -> Void) {
        var location = ByteBuffer()
        target(&location)
        // A path alone is completed with what the client asked for, so that it stays on this host and port.
        if location.readable.first == ASCII.slash {
            var absolute = ByteBuffer()
            absolute.append(exchange.downstream.isSecure ? "https://" : "http://")
            exchange.appendHost(to: &absolute)
            absolute.append(location.readable)
            location = absolute
        }
        guard location.readable.isFieldValue, !location.isEmpty else { return send(500, for: exchange) }
        let value = ByteString(location.readable)
        send(status, contentType: "text/html", location: value, for: exchange) { page in
            page.append("<!doctype html>\n<title>")
            page.append(decimal: status)
            page.append(" ")
            page.append(StatusCode.reason(status))
            page.append("</title>\n")
        }
    }

    private static func send(
        _ status: Int, contentType: StaticString?, location: ByteString? = nil,
        field: (name: StaticString, value: ByteString)? = nil, keepAlive: Bool = true, isPage: Bool = false,
        for exchange: Exchange,
        body: (inout ByteBuffer) -> Void
    ) {
        let status = isPage ? status : exchange.sentStatus(status)
        var page = ByteBuffer()
        let hasBody = status >= 200 && status != 204 && status != 304
        if hasBody { body(&page) }
        let region = exchange.worker.scratch.region
        let length = min(page.count, region.count)
        let downstream = exchange.downstream
        exchange.answering(status)
        downstream.discardBufferedBody()
        let isHead = downstream.request.method == .head
        downstream.startHead(
            status: status, length: isHead || !hasBody ? .none : .known(length), keepAlive: keepAlive && status != 408)
        ResponseWriter.writeOwnFields(to: downstream, for: exchange)
        if hasBody, let contentType { downstream.addField("Content-Type", contentType) }
        if let location { location.withBytes { downstream.addField("Location", $0) } }
        if let field { field.value.withBytes { downstream.addField(field.name, $0) } }
        if status == 401, let challenge = challenge(of: exchange) {
            downstream.addField("WWW-Authenticate", challenge.readable)
        }
        if status == 405, exchange.location.settings.returned == nil {
            let isForFiles = exchange.location.pool == nil && exchange.location.settings.files.base != nil
            let methods: StaticString =
                isForFiles ? "GET, HEAD" : "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
            downstream.addField("Allow", methods)
        }
        if status == 503 {
            downstream.addField("Retry-After", "1")
        } else if status == 429, exchange.retryAfter > 0 {
            ByteString("\(exchange.retryAfter)").withBytes { downstream.addField("Retry-After", $0) }
        }
        exchange.location.answerFields.writeExpiry(status: status, changed: nil, for: exchange)
        ResponseWriter.writeConfiguredFields(status: status, to: downstream, for: exchange)
        downstream.endHead()
        let piece = UnsafeMutableRawBufferPointer(rebasing: region[..<(isHead ? 0 : length)])
        piece.copyMemory(from: UnsafeRawBufferPointer(rebasing: page.readable[..<piece.count]))
        exchange.answer(piece)
    }

    /// Asks for a password; the realm's quotes and backslashes are escaped (RFC 9110 §5.6.4).
    static func challenge(of exchange: Exchange) -> ByteBuffer? {
        guard exchange.rewritten?.isErrorPage != true, !exchange.isAuthenticated,
            let authentication = exchange.location.settings.authentication
        else { return nil }
        var realm = ByteBuffer()
        authentication.realm.append(to: &realm, from: VariableValues(exchange))
        var value = ByteBuffer()
        value.append("Basic realm=\"")
        for byte in realm.readable where byte >= 0x20 && byte != 0x7f {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { value.append(UInt8(ascii: "\\")) }
            value.append(byte)
        }
        value.append("\"")
        return value
    }
}
