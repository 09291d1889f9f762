internal import Bytes
internal import HTTP
internal import Net
internal import Routing

/// One worker's access log: lines are gathered in memory and handed to the writer's thread in batches.
///
/// The form is nginx-proxy's: host, client, user, time, request, status, body bytes, referrer, user agent, backend.
final class AccessLog {
    /// A batch this large is handed over at once; a smaller one waits for the worker's next tick.
    private static let batchSize = 32 * 1024

    private let writer: LogWriter?
    private var lines = ByteBuffer()
    private var text = ByteBuffer()

    init(writer: LogWriter?) { self.writer = writer }

    /// Notes an exchange that has ended.
    func record(_ exchange: Exchange) {
        guard writer != nil else { return }
        let downstream = exchange.downstream
        let bytes = downstream.headBytes
        let request = downstream.request
        let values = VariableValues(exchange)
        append(.host, values)
        lines.append(" ")
        exchange.client.address.append(to: &lines)
        lines.append(" - ")
        append(.remoteUser, values)
        lines.append(" [")
        exchange.worker.clock.withLogTime { lines.append($0) }
        lines.append("] \"")
        text.removeAll()
        values.append(.request, to: &text)
        LogText.append(text.readable, to: &lines)
        lines.append("\" ")
        lines.append(decimal: exchange.status)
        lines.append(" ")
        lines.append(decimal: exchange.bytesSent)
        lines.append(" \"")
        append(request.fields.first(.referer), bytes)
        lines.append("\" \"")
        append(request.fields.first(.userAgent), bytes)
        lines.append("\" \"")
        if let backend = exchange.backend { backend.text.withBytes { lines.append($0) } } else { lines.append("-") }
        lines.append("\"\n")
        if lines.count >= Self.batchSize { flush() }
    }

    /// Hands over what was gathered.
    func flush() {
        guard let writer, !lines.isEmpty else { return }
        writer.write(Array(lines.readable))
        lines.removeAll()
    }

    private func append(_ field: HeaderField?, _ bytes: UnsafeRawBufferPointer) {
        if let field { LogText.append(bytes[field.value], to: &lines) } else { lines.append("-") }
    }

    private func append(_ variable: Variable, _ values: VariableValues) {
        text.removeAll()
        values.append(variable, to: &text)
        if text.isEmpty { lines.append("-") } else { LogText.append(text.readable, to: &lines) }
    }
}
