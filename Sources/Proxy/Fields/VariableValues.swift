internal import Bytes
internal import HTTP
internal import Net
internal import Routing

/// The values of nginx's variables for one exchange.
struct VariableValues: VariableSource {
    let exchange: Exchange

    init(_ exchange: Exchange) { self.exchange = exchange }

    private var downstream: Downstream { exchange.downstream }
    private var request: RequestHead { exchange.downstream.request }
    private var forwarded: ForwardedFields { ForwardedFields(exchange) }

    func append(_ variable: Variable, to output: inout ByteBuffer) {
        switch variable {
        case .args: output.append(exchange.query)
        case .argument(let name): name.withBytes { appendArgument($0, to: &output) }
        case .binaryRemoteAddress: appendBinaryAddress(to: &output)
        case .bodyBytesSent: output.append(decimal: exchange.bytesSent)
        case .bytesSent: output.append(decimal: downstream.sentCount)
        case .capture(let number): if let rewritten = exchange.rewritten { output.append(rewritten.captured(number)) }
        case .connection: output.append(decimal: downstream.serial)
        case .connectionRequests: output.append(decimal: downstream.requestCount)
        case .connectionTime: appendConnectionTime(to: &output)
        case .cookie(let name): appendCookie(name, to: &output)
        case .custom(let name): if let rewritten = exchange.rewritten { output.append(rewritten.value(of: name)) }
        case .forwardedFor: forwarded.appendFor(to: &output)
        case .forwardedHost: forwarded.appendHost(to: &output)
        case .forwardedPort: forwarded.appendPort(to: &output)
        case .forwardedProto: forwarded.appendProto(to: &output)
        case .forwardedSSL: forwarded.appendSSL(to: &output)
        case .host: appendHost(to: &output)
        case .hostPort: appendHostPort(to: &output)
        case .hostname: exchange.worker.settings.hostname.withBytes { output.append($0) }
        case .http(let name): appendField(name, to: &output)
        case .http2: if request.version == .http2 { output.append(downstream.isSecure ? "h2" : "h2c") }
        case .https: if downstream.isSecure { output.append("on") }
        case .isArgs: if !exchange.query.isEmpty { output.append("?") }
        case .mapped(let map): appendMapped(map, to: &output)
        case .msec: exchange.worker.clock.appendMilliseconds(to: &output)
        case .nothing: break
        case .pipe: output.append(downstream.isPipelined ? "p" : ".")
        case .processID: appendProcessID(to: &output)
        case .proxyAddForwardedFor: forwarded.appendFor(to: &output)
        case .proxyConnection: if exchange.upgradeOffer != nil { output.append("upgrade") }
        case .proxyUpgrade: exchange.upgradeOffer?.append(to: &output)
        case .proxyHost: (exchange.chosen?.host ?? exchange.location.upstreamHost).withBytes { output.append($0) }
        case .proxyPort: output.append(decimal: Int(exchange.chosen?.port ?? exchange.location.upstreamPort))
        case .proxyProtocolAddress: if downstream.isProxied { downstream.peer.address.append(to: &output) }
        case .proxyProtocolPort: if downstream.isProxied { output.append(decimal: Int(downstream.peer.port)) }
        case .peerAddress: downstream.peer.address.append(to: &output)
        case .peerPort: output.append(decimal: Int(downstream.peer.port))
        case .remoteAddress: exchange.client.address.append(to: &output)
        case .remotePort: if exchange.client.port > 0 { output.append(decimal: Int(exchange.client.port)) }
        case .remoteUser: exchange.user?.withBytes { output.append($0) }
        case .request: appendRequestLine(to: &output)
        case .requestCompletion: if exchange.isWhole { output.append("OK") }
        case .requestID: appendRequestID(to: &output)
        case .requestLength: output.append(decimal: exchange.bytesReceived)
        // nginx has the method of the client's request for it in a subrequest too.
        case .requestMethod where downstream.isInner: output.append(bytes(request.methodRange))
        case .requestMethod: exchange.appendMethod(to: &output)
        case .requestTime: appendRequestTime(to: &output)
        case .requestURI: downstream.appendRequestURI(to: &output)
        case .documentRoot: appendDocumentRoot(to: &output)
        case .scriptName: appendScriptName(to: &output)
        case .scheme: output.append(downstream.isSecure ? "https" : "http")
        case .sentHTTP(let name): name.withBytes { exchange.appendSentField($0, to: &output) }
        case .serverAddress: downstream.local.address.append(to: &output)
        case .serverName: exchange.host?.name.withBytes { output.append($0) }
        case .serverPort: output.append(decimal: Int(downstream.local.port))
        case .serverProtocol: output.append(request.version.text)
        case .status: output.append(decimal: exchange.status)
        case .timeISO8601: exchange.worker.clock.withISO8601 { output.append($0) }
        case .timeLocal: exchange.worker.clock.withLogTime { output.append($0) }
        case .tls(let variable): append(variable, to: &output)
        case .upstreamAddress: appendUpstreamAddresses(to: &output)
        case .upstreamBytesReceived: appendUpstreamCount(\.receivedCount, to: &output)
        case .upstreamBytesSent: appendUpstreamCount(\.sentCount, to: &output)
        case .upstreamConnectTime: appendUpstreamTime(to: &output) { $0.connected }
        case .upstreamHeaderTime: appendUpstreamTime(to: &output) { $0.headed }
        case .upstreamHTTP(let name): name.withBytes { exchange.appendResponseField($0, to: &output) }
        case .upstreamResponseLength: appendUpstreamCount(\.bodyCount, to: &output)
        case .upstreamResponseTime: appendUpstreamTime(to: &output) { $0.ended }
        case .upstreamStatus: appendUpstreamStatuses(to: &output)
        case .uri: appendPath(to: &output)
        }
    }

    private func appendMapped(_ map: VariableMap, to output: inout ByteBuffer) {
        var text = ByteBuffer()
        map.source.append(to: &text, from: self)
        let value = map.value(of: text.readable, with: exchange.worker.patterns) { pattern in
            guard pattern.captureCount > 0 else { return }
            exchange.rewriting().capture(pattern, in: text.readable, exchange.worker.patterns)
        }
        value.append(to: &output, from: self)
    }

    private func bytes(_ range: ByteRange) -> UnsafeRawBufferPointer { downstream.headBytes[range] }

    private func appendBinaryAddress(to output: inout ByteBuffer) {
        let address = exchange.client.address
        if address.isIPv6 {
            withUnsafeBytes(of: address.upper.bigEndian) { output.append($0) }
            withUnsafeBytes(of: address.lower.bigEndian) { output.append($0) }
        } else {
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: address.lower).bigEndian) { output.append($0) }
        }
    }

    private func appendHost(to output: inout ByteBuffer) {
        let name = bytes(request.hostName)
        if name.isEmpty {
            exchange.host?.name.withBytes { output.append($0) }
        } else {
            for byte in name { output.append(ASCII.lowercased(byte)) }
        }
    }

    private func appendHostPort(to output: inout ByteBuffer) {
        let host = bytes(request.host)
        guard let colon = host.lastIndex(of: ASCII.colon), host.last != UInt8(ascii: "]") else { return }
        output.append(UnsafeRawBufferPointer(rebasing: host[colon...]))
    }

    private func appendField(_ name: ByteString, to output: inout ByteBuffer) {
        name.withBytes { name in
            // The Host of an absolute-form target has taken the field's place.
            if ASCII.equalsIgnoringCase(name, "host") { return output.append(bytes(request.host)) }
            var isFirst = true
            for field in request.fields where ASCII.equalsIgnoringCase(bytes(field.name), name) {
                // Cookies are joined as RFC 9113 §8.2.3 has it, because a comma may stand in their values.
                if !isFirst { output.append(field.known == .cookie ? "; " : ", ") }
                isFirst = false
                output.append(bytes(field.value))
            }
        }
    }

    private func appendDocumentRoot(to output: inout ByteBuffer) {
        if let application = exchange.location.fastCGI {
            application.root.withBytes { output.append($0) }
        } else if case .root(let folder)? = exchange.location.settings.files.base, let path = folder.constant {
            // Of a folder with variables nothing is said: it might be named by this very variable.
            path.withBytes { output.append($0) }
        }
    }

    private func appendScriptName(to output: inout ByteBuffer) {
        appendPath(to: &output)
        guard let settings = exchange.location.fastCGI, output.readable.last == ASCII.slash else { return }
        settings.index.withBytes { output.append($0) }
    }

    private func appendRequestLine(to output: inout ByteBuffer) {
        guard !request.methodRange.isEmpty else { return }
        output.append(bytes(request.methodRange))
        output.append(ASCII.space)
        output.append(bytes(request.target))
        output.append(ASCII.space)
        output.append(request.version.text)
    }

    private func appendRequestID(to output: inout ByteBuffer) {
        for word in [exchange.requestID.0, exchange.requestID.1] {
            for shift in stride(from: 60, through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15
                output.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            }
        }
    }

    private func appendArgument(_ name: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        for pair in exchange.query.split(separator: UInt8(ascii: "&")) {
            let pair = UnsafeRawBufferPointer(rebasing: pair)
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
            if ASCII.equalsIgnoringCase(UnsafeRawBufferPointer(rebasing: pair[..<equals]), name) {
                return output.append(UnsafeRawBufferPointer(rebasing: pair[(equals + 1)...]))
            }
        }
    }

    /// The path with its escapes decoded, `//` merged and dot segments resolved (nginx's `merge_slashes on`).
    private func appendPath(to output: inout ByteBuffer) {
        if let rewritten = exchange.rewritten { return output.append(rewritten.path.readable) }
        _ = NormalizedPath.append(bytes(request.path), to: &output)
    }
}
