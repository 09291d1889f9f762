internal import Bytes
internal import Routing

/// One worker's access logs: that of all hosts, and those of files that directives name.
final class AccessLog {
    /// What the requests of a location are noted in where no directive says anything.
    let standard: ContiguousArray<WorkerLog>

    /// Told that a line was noted and none was waiting before it: `flush()` should be called before long.
    var linesWait: (() -> Void)?

    private let writer: LogWriter?
    private let standardSink: LogSink?
    private let standardFormat: WorkerLogFormat
    private var sinks: [String: (file: LogFile, sink: LogSink)] = [:]
    private var formats: [LogFormat: WorkerLogFormat] = [:]
    private var text = ByteBuffer()
    private var isWaiting = false

    init(writer: LogWriter?, format: LogFormat) {
        self.writer = writer
        standardFormat = WorkerLogFormat(format)
        standardSink =
            if let writer, let file = writer.standard { LogSink(file, writer: writer) } else { nil }
        standard =
            if let standardSink {
                [WorkerLog(sink: standardSink, format: standardFormat, condition: nil)]
            } else {
                []
            }
    }

    /// Goes over to the files of a new configuration; what was gathered for others is handed over.
    func update(_ files: [String: LogFile]) {
        guard let writer else { return }
        formats = [:]
        for (path, known) in sinks where files[path] !== known.file {
            known.sink.flush()
            sinks[path] = nil
        }
        for (path, file) in files where sinks[path] == nil { sinks[path] = (file, LogSink(file, writer: writer)) }
    }

    /// What the requests of a location are noted in. Lines for a file that could not be opened go to the log of all hosts.
    func logs(for logging: AccessLogging) -> ContiguousArray<WorkerLog> {
        guard case .to(let destinations) = logging else { return standard }
        var logs: ContiguousArray<WorkerLog> = []
        for destination in destinations {
            let sink = destination.path.flatMap { sinks[$0]?.sink } ?? standardSink
            guard let sink else { continue }
            logs.append(
                WorkerLog(
                    sink: sink, format: destination.format.map(format) ?? standardFormat,
                    condition: destination.condition))
        }
        return logs
    }

    /// Notes an exchange that has ended.
    func record(_ exchange: Exchange) {
        let logs = exchange.location.logs
        guard !logs.isEmpty else { return }
        let values = VariableValues(exchange)
        for log in logs {
            if let condition = log.condition, !holds(condition, values) { continue }
            log.sink.add { lines in log.format.append(values, to: &lines, text: &text) }
            guard !isWaiting else { continue }
            isWaiting = true
            linesWait?()
        }
    }

    /// Hands over what was gathered.
    func flush() {
        isWaiting = false
        standardSink?.flush()
        for entry in sinks.values { entry.sink.flush() }
    }

    private func format(_ format: LogFormat) -> WorkerLogFormat {
        if let known = formats[format] { return known }
        let made = WorkerLogFormat(format)
        formats[format] = made
        return made
    }

    /// As in nginx nothing and `0` are the two values that say no.
    private func holds(_ condition: Template, _ values: VariableValues) -> Bool {
        text.removeAll()
        condition.append(to: &text, from: values)
        let value = text.readable
        return !(value.isEmpty || value.count == 1 && value[0] == ASCII.zero)
    }
}
