internal import Bytes
internal import HTTP
internal import Routing

/// Composes the parameters of a FastCGI request from what was parsed: those of nginx's `fastcgi_params`, and the client's
/// fields as `HTTP_…`.
///
/// What nginx-proxy tells backends of the client stands among the fields, whatever the client said of itself.
struct FastCGIParameters {
    private let exchange: Exchange
    private let settings: FastCGISettings
    private let forwarded: ForwardedFields

    init(_ exchange: Exchange, _ settings: FastCGISettings) {
        self.exchange = exchange
        self.settings = settings
        forwarded = ForwardedFields(exchange)
    }

    private var downstream: Downstream { exchange.downstream }
    private var request: RequestHead { exchange.downstream.request }
    private var bytes: UnsafeRawBufferPointer { exchange.downstream.headBytes }

    /// Appends them all; false where the path cannot be brought to its normal form, which no script must see.
    ///
    /// - Parameter bodyLength: the size of the body; nil where there is none.
    func append(bodyLength: Int?, to output: inout ByteBuffer) -> Bool {
        if let rewritten = exchange.rewritten {
            exchange.worker.path.keep(rewritten.path.readable)
        } else {
            guard exchange.worker.path.normalize(bytes[request.path]) else { return false }
        }
        appendScript(to: &output)
        appendRequest(bodyLength: bodyLength, to: &output)
        appendConnection(to: &output)
        appendForwarded(to: &output)
        appendFields(to: &output)
        let values = VariableValues(exchange)
        for parameter in settings.parameters {
            let start = output.count
            let length = parameter.name.withBytes { name in
                FastCGIRecord.appendParameter(name, to: &output) { parameter.value.append(to: &$0, from: values) }
            }
            if parameter.isOptional, length == 0 { output.removeLast(output.count - start) }
        }
        return true
    }

    // MARK: - The usual ones

    private func appendScript(to output: inout ByteBuffer) {
        add("DOCUMENT_ROOT", settings.root, to: &output)
        add("DOCUMENT_URI", to: &output) { $0.append(path) }
        add("SCRIPT_NAME", to: &output) { appendScriptName(to: &$0) }
        add("SCRIPT_FILENAME", to: &output) { output in
            settings.root.withBytes { output.append($0) }
            appendScriptName(to: &output)
        }
    }

    private var path: UnsafeRawBufferPointer { exchange.worker.path.bytes }

    private func appendScriptName(to output: inout ByteBuffer) {
        output.append(path)
        if path.last == ASCII.slash { settings.index.withBytes { output.append($0) } }
    }

    private func appendRequest(bodyLength: Int?, to output: inout ByteBuffer) {
        add("QUERY_STRING", to: &output) { $0.append(exchange.query) }
        add("REQUEST_METHOD", to: &output) { exchange.appendMethod(to: &$0) }
        add("CONTENT_TYPE", to: &output) { output in
            if let field = request.fields.first(.contentType) { output.append(bytes[field.value]) }
        }
        add("CONTENT_LENGTH", to: &output) { output in
            if let bodyLength { output.append(decimal: bodyLength) }
        }
        add("REQUEST_URI", to: &output) { downstream.appendRequestURI(to: &$0) }
        add("SERVER_PROTOCOL", text: request.version.text, to: &output)
        add("REQUEST_SCHEME", text: downstream.isSecure ? "https" : "http", to: &output)
        if downstream.isSecure { add("HTTPS", text: "on", to: &output) }
        add("GATEWAY_INTERFACE", text: "CGI/1.1", to: &output)
        // php needs it where it was built to be reached by a redirect alone.
        add("REDIRECT_STATUS", text: "200", to: &output)
    }

    private func appendConnection(to output: inout ByteBuffer) {
        add("SERVER_SOFTWARE", text: "portico", to: &output)
        add("REMOTE_ADDR", to: &output) { exchange.client.address.append(to: &$0) }
        add("REMOTE_PORT", to: &output) { $0.append(decimal: Int(exchange.client.port)) }
        add("REMOTE_USER", exchange.user ?? "", to: &output)
        add("SERVER_ADDR", to: &output) { downstream.local.address.append(to: &$0) }
        add("SERVER_PORT", to: &output) { $0.append(decimal: Int(downstream.local.port)) }
        add("SERVER_NAME", exchange.host?.name ?? "", to: &output)
    }

    private func appendForwarded(to output: inout ByteBuffer) {
        add("HTTP_HOST", to: &output) { exchange.appendHost(to: &$0) }
        add("HTTP_X_REAL_IP", to: &output) { exchange.client.address.append(to: &$0) }
        add("HTTP_X_FORWARDED_FOR", to: &output) { forwarded.appendFor(to: &$0) }
        add("HTTP_X_FORWARDED_PROTO", to: &output) { forwarded.appendProto(to: &$0) }
        add("HTTP_X_FORWARDED_HOST", to: &output) { forwarded.appendHost(to: &$0) }
        add("HTTP_X_FORWARDED_PORT", to: &output) { forwarded.appendPort(to: &$0) }
        add("HTTP_X_FORWARDED_SSL", to: &output) { forwarded.appendSSL(to: &$0) }
        add("HTTP_X_ORIGINAL_URI", to: &output) { downstream.appendRequestURI(to: &$0) }
    }

    private func add(_ name: StaticString, to output: inout ByteBuffer, value: (inout ByteBuffer) -> Void) {
        guard !settings.parameters.contains(where: { $0.name.bytes.elementsEqual(name.bytes) }) else { return }
        FastCGIRecord.appendParameter(name.bytes, to: &output, value: value)
    }

    private func add(_ name: StaticString, text value: StaticString, to output: inout ByteBuffer) {
        add(name, to: &output) { $0.append(value) }
    }

    private func add(_ name: StaticString, _ value: ByteString, to output: inout ByteBuffer) {
        add(name, to: &output) { output in value.withBytes { output.append($0) } }
    }

    // MARK: - The client's fields

    /// As in nginx the lines of one name come as one parameter, because most applications would see the last one alone.
    private func appendFields(to output: inout ByteBuffer) {
        let fields = request.fields
        for index in fields.indices where isPassed(fields[index]) {
            let name = bytes[fields[index].name]
            if (0..<index).contains(where: { isSame(fields[$0], name) }) { continue }
            let start = output.count
            FastCGIRecord.appendParameter(prefix: "HTTP_", name, to: &output) { output in
                output.append(bytes[fields[index].value])
                for other in (index + 1)..<max(fields.count, index + 1) where isSame(fields[other], name) {
                    output.append(fields[index].known == .cookie ? "; " : ", ")
                    output.append(bytes[fields[other].value])
                }
            }
            if isReplaced(name) { output.removeLast(output.count - start) }
        }
    }

    private func isPassed(_ field: HeaderField) -> Bool {
        guard !field.isDropped, forwarded.keepsClientField(field.known) else { return false }
        switch field.known {
        case .host, .contentLength, .contentType, .expect, .xRealIP, .xForwardedFor, .xForwardedProto, .xForwardedHost,
            .xForwardedPort, .xForwardedSsl, .xOriginalURI:
            return false
        default: return true
        }
    }

    private func isSame(_ field: HeaderField, _ name: UnsafeRawBufferPointer) -> Bool {
        Int(field.name.count) == name.count && isPassed(field) && ASCII.equalsIgnoringCase(bytes[field.name], name)
    }

    /// Whether a `fastcgi_param` stands in the place of the parameter that a field becomes.
    private func isReplaced(_ name: UnsafeRawBufferPointer) -> Bool {
        settings.parameters.contains { parameter in
            parameter.name.bytes.count == name.count + 5 && parameter.name.bytes.starts(with: "HTTP_".utf8)
                && zip(parameter.name.bytes.dropFirst(5), name).allSatisfy { $0 == FastCGIRecord.parameterByte($1) }
        }
    }
}
