internal import Bytes

/// One worker's lines for one file: gathered in memory and handed to the writer's thread in batches.
final class LogSink {
    /// A batch this large is handed over at once; a smaller one waits until the worker flushes its log.
    private static let batchSize = 32 * 1024

    private let writer: LogWriter
    private let file: LogFile
    private var lines = ByteBuffer()

    init(_ file: LogFile, writer: LogWriter) {
        self.file = file
        self.writer = writer
    }

    /// A request that began under an older configuration may have noted something in it meanwhile.
    deinit { flush() }

    /// Takes a line that the body appends.
    func add(_ body: (inout ByteBuffer) -> Void) {
        body(&lines)
        if lines.count >= Self.batchSize { flush() }
    }

    /// Hands over what was gathered.
    func flush() {
        guard !lines.isEmpty else { return }
        writer.write(Array(lines.readable), to: file)
        lines.removeAll()
    }
}
