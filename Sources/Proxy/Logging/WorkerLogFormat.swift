internal import Bytes
internal import Routing

/// One worker's own form of a log format.
final class WorkerLogFormat {
    private enum Step {
        /// A part of `literals`.
        case literal(Range<Int>)
        /// A value that never holds anything to be escaped.
        case plain(Variable)
        /// A value that the client or the backend has a hand in.
        case foreign(Variable)
    }

    /// Whether a line holds fields of the answer, which must be kept until it is written.
    let holdsFields: Bool
    private let steps: ContiguousArray<Step>
    private let literals: [UInt8]
    private let escape: LogFormat.Escape

    init(_ format: LogFormat) {
        var steps: ContiguousArray<Step> = []
        var literals: [UInt8] = []
        for piece in format.template.pieces {
            switch piece {
            case .literal(let text):
                steps.append(.literal(literals.count..<literals.count + text.count))
                literals += text.bytes
            case .variable(let variable):
                steps.append(variable.isPlain ? .plain(variable.copied()) : .foreign(variable.copied()))
            }
        }
        self.steps = steps
        holdsFields = format.template.holdsAnswerFields
        self.literals = literals
        escape = format.escape
    }

    /// Appends a line; `text` is memory for a value that needs escapes.
    func append(_ values: VariableValues, to lines: inout ByteBuffer, text: inout ByteBuffer) {
        for step in steps {
            switch step {
            case .literal(let range):
                literals.withUnsafeBytes { lines.append(UnsafeRawBufferPointer(rebasing: $0[range])) }
            case .plain(let variable): append(variable, values, isForeign: false, to: &lines, text: &text)
            case .foreign(let variable): append(variable, values, isForeign: true, to: &lines, text: &text)
            }
        }
        lines.append("\n")
    }

    private func append(
        _ variable: Variable, _ values: VariableValues, isForeign: Bool, to lines: inout ByteBuffer,
        text: inout ByteBuffer
    ) {
        let count = lines.count
        values.append(variable, to: &lines)
        guard lines.count > count else {
            if escape == .default, !variable.isEmptyText { lines.append("-") }
            return
        }
        guard isForeign, escape != .none else { return }
        let value = UnsafeRawBufferPointer(rebasing: lines.readable[count...])
        guard !LogText.isClean(value) else { return }
        text.removeAll()
        text.append(value)
        lines.removeLast(lines.count - count)
        switch escape {
        case .default: LogText.append(text.readable, to: &lines)
        case .json: LogText.append(json: text.readable, to: &lines)
        case .none: break
        }
    }
}

extension Template {
    /// Whether fields of the answer are among the variables.
    var holdsAnswerFields: Bool {
        pieces.contains { piece in
            switch piece {
            case .variable(.sentHTTP), .variable(.upstreamHTTP): true
            default: false
            }
        }
    }
}

extension Variable {
    /// Whether the value holds digits, letters and such only, whatever the client sends.
    fileprivate var isPlain: Bool {
        switch self {
        case .bodyBytesSent, .bytesSent, .connection, .connectionRequests, .connectionTime, .http2, .https, .isArgs,
            .msec, .nothing, .peerAddress, .peerPort, .pipe, .processID, .proxyProtocolAddress, .proxyProtocolPort,
            .remoteAddress,
            .remotePort, .requestCompletion, .requestID, .requestLength, .requestTime, .scheme, .serverAddress,
            .serverPort, .serverProtocol, .status, .timeISO8601, .timeLocal, .upstreamAddress, .upstreamBytesReceived,
            .upstreamBytesSent, .upstreamConnectTime, .upstreamHeaderTime, .upstreamResponseLength,
            .upstreamResponseTime, .upstreamStatus:
            true
        default: false
        }
    }

    /// Whether nothing is a value of it like others, so that a log shows nothing instead of `-`, as nginx's does.
    fileprivate var isEmptyText: Bool {
        switch self {
        case .http2, .https, .isArgs, .proxyConnection, .proxyUpgrade, .hostPort, .requestCompletion: true
        default: false
        }
    }
}
