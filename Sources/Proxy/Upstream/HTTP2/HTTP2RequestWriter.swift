internal import Bytes
internal import HTTP
internal import Routing

/// Composes the head of a request to a backend that speaks HTTP/2: the fields that it would get over HTTP/1, with
/// `:authority` in the place of Host (RFC 9113 §8.3.1).
enum HTTP2RequestWriter {
    /// Adds pseudo-fields and fields.
    ///
    /// - Parameter isSecure: whether the backend is reached over TLS.
    static func write(_ exchange: Exchange, isSecure: Bool, to block: inout HTTP2FieldBlock) {
        let heads = exchange.worker.heads
        var text = ByteBuffer()
        heads.lend(to: &text)
        exchange.appendMethod(to: &text)
        block.add(":method", text.readable)
        block.add(":scheme", isSecure ? "https" : "http")
        text.removeAll()
        if exchange.sendsTargetAsItCame {
            exchange.downstream.appendRequestURI(to: &text)
        } else {
            RequestTarget.append(of: exchange, to: &text)
        }
        block.add(":path", text.readable)
        text.removeAll()
        RequestWriter.appendFields(of: exchange, to: &text)
        var hasAuthority = false
        forEachField(in: text.readable) { name, value in
            guard !hasAuthority, !value.isEmpty, FieldName(name) == .host else { return }
            hasAuthority = true
            block.add(":authority", value)
        }
        forEachField(in: text.readable) { name, value in
            if FieldName(name) != .host { block.add(name, value) }
        }
        heads.reclaim(from: &text)
        if case .length(let count) = exchange.forwardedFraming { block.add("content-length", decimal: count) }
        if acceptsTrailers(exchange.downstream) { block.add("te", "trailers") }
    }

    /// Whether the client says that it understands trailers (RFC 9110 §10.1.4); gRPC wants to be told.
    private static func acceptsTrailers(_ downstream: Downstream) -> Bool {
        let bytes = downstream.headBytes
        return downstream.request.fields.contains { field in
            field.known == .te
                && bytes[field.value].split(separator: ASCII.comma).contains { element in
                    let name = element.drop { $0 == ASCII.space }.prefix { $0 != ASCII.space }
                    return ASCII.equalsIgnoringCase(UnsafeRawBufferPointer(rebasing: name), "trailers")
                }
        }
    }

    private static func forEachField(
        in lines: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void
    ) {
        for line in lines.split(separator: ASCII.lineFeed) {
            guard let colon = line.firstIndex(of: ASCII.colon), line.last == ASCII.carriageReturn else { continue }
            let value = line[(colon + 1)...].dropLast().drop { $0 == ASCII.space }
            body(UnsafeRawBufferPointer(rebasing: line[..<colon]), UnsafeRawBufferPointer(rebasing: value))
        }
    }
}
