internal import Bytes
internal import HTTP
internal import Routing

/// What a backend is asked for where that is not the target as it came: `proxy_pass` has a URI, or the request was rewritten.
enum RequestTarget {
    /// Appends path and query, as nginx composes them.
    static func append(of exchange: Exchange, to output: inout ByteBuffer) {
        let location = exchange.location
        if location.target != nil || exchange.chosen?.path.isEmpty == false {
            return appendEvaluated(exchange, to: &output)
        }
        let sent = exchange.downstream.headBytes[exchange.downstream.request.path]
        let path = exchange.worker.path
        if let rewritten = exchange.rewritten {
            path.keep(rewritten.path.readable)
        } else {
            _ = path.normalize(sent)
        }
        var rest = path.bytes
        if let destination = location.destination, exchange.rewritten?.isInLocation ?? true {
            destination.withBytes { output.append($0) }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(location.path.count))
        }
        // As in nginx a path that came without escapes leaves without.
        if sent.contains(UInt8(ascii: "%")) || exchange.rewritten?.isInternal ?? false {
            NormalizedPath.appendEscaped(rest, to: &output)
        } else {
            output.append(rest)
        }
        guard !exchange.query.isEmpty else { return }
        output.append("?")
        appendSafely(exchange.query, to: &output)
    }

    /// Appends the target that variables come to: what they hold is sent as it is, but for bytes that would end the line.
    private static func appendEvaluated(_ exchange: Exchange, to output: inout ByteBuffer) {
        var text = ByteBuffer()
        exchange.chosen?.path.withBytes { text.append($0) }
        exchange.location.target?.append(to: &text, from: VariableValues(exchange))
        if text.readable.first != ASCII.slash { output.append(ASCII.slash) }
        appendSafely(text.readable, to: &output)
    }

    private static func appendSafely(_ text: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        for byte in text {
            if byte <= 0x20 || byte == 0x7f || byte == UInt8(ascii: "#") {
                output.append(escaped: byte)
            } else {
                output.append(byte)
            }
        }
    }
}
