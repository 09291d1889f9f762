/// Takes the output of a FastCGI application out of its records, in place, and finds the end of the request
/// (FastCGI 1.0 §3.3, §5.3, §5.5).
package struct FastCGIDecoder: Sendable {
    /// How the application ended the request (§5.5).
    package enum End: Equatable, Sendable {
        /// It is done.
        case complete
        /// It takes no further request now, and has not begun with this one.
        case overloaded
        /// It cannot do what was asked, and has not begun with it.
        case refused
    }

    private enum State {
        case header
        case content
        case padding
        case complete
    }

    /// The most bytes of error messages that are kept for the log.
    package static let messageLimit = 2048

    private var state = State.header
    /// The bytes of a header, or of the end of the request, that have come.
    private var gathered: UInt64 = 0
    private var gatheredCount = 0
    private var kind = FastCGIRecord.Kind.standardOutput
    private var remaining = 0
    private var padding = 0
    private var hasRecord = false
    private var isOutputEnded = false
    private var received: End?
    /// What the application has written to its standard error, as far as it is kept.
    package private(set) var messages: [UInt8] = []

    /// A decoder for the answer to one request.
    package init() {}

    /// How the request ended; nil before its end.
    package var end: End? { state == .complete ? received : nil }

    /// Whether anything of an answer has come.
    package var hasBegun: Bool { hasRecord || gatheredCount > 0 }

    /// Gives what is kept of the error messages away.
    package mutating func takeMessages() -> [UInt8] {
        defer { messages = [] }
        return messages
    }

    /// Decodes the next bytes where they are, in O(count).
    ///
    /// The output is moved to the front of `bytes`. What stands behind the end of the request is not consumed.
    /// - Throws: `FastCGIError` for what no application may send.
    package mutating func decode(_ bytes: UnsafeMutableRawBufferPointer) throws(FastCGIError) -> DecodedPiece {
        var index = 0
        var produced = 0
        while index < bytes.count, state != .complete {
            switch state {
            case .header:
                gather(bytes[index])
                index += 1
                if gatheredCount == FastCGIRecord.headerSize { try beginRecord() }
            case .content:
                let count = min(remaining, bytes.count - index)
                let content = UnsafeMutableRawBufferPointer(rebasing: bytes[index..<index + count])
                switch kind {
                case .standardOutput:
                    if produced != index {
                        UnsafeMutableRawBufferPointer(rebasing: bytes[produced..<produced + count])
                            .copyMemory(from: UnsafeRawBufferPointer(content))
                    }
                    produced += count
                case .standardError: messages += content.prefix(Self.messageLimit - messages.count)
                default: for byte in content { gather(byte) }
                }
                index += count
                remaining -= count
                if remaining == 0 { endContent() }
            case .padding:
                let count = min(padding, bytes.count - index)
                index += count
                padding -= count
                if padding == 0 { endRecord() }
            case .complete: break
            }
        }
        return DecodedPiece(consumed: index, produced: produced)
    }

    private mutating func gather(_ byte: UInt8) {
        gathered = gathered << 8 | UInt64(byte)
        gatheredCount += 1
    }

    private mutating func beginRecord() throws(FastCGIError) {
        let header = gathered
        (gathered, gatheredCount) = (0, 0)
        hasRecord = true
        guard UInt8(truncatingIfNeeded: header >> 56) == FastCGIRecord.version else { throw .unsupportedVersion }
        guard let kind = FastCGIRecord.Kind(rawValue: UInt8(truncatingIfNeeded: header >> 48)) else {
            throw .unexpectedRecord
        }
        guard UInt16(truncatingIfNeeded: header >> 32) == FastCGIRecord.requestID else { throw .foreignRequest }
        self.kind = kind
        remaining = Int(UInt16(truncatingIfNeeded: header >> 16))
        padding = Int(UInt8(truncatingIfNeeded: header >> 8))
        switch kind {
        case .standardOutput:
            guard !isOutputEnded || remaining == 0 else { throw .outputBehindEnd }
            if remaining == 0 { isOutputEnded = true }
        case .standardError: break
        case .endRequest: guard remaining == 8 else { throw .malformedEnd }
        case .beginRequest, .parameters, .standardInput: throw .unexpectedRecord
        }
        state = .content
        if remaining == 0 { endContent() }
    }

    private mutating func endContent() {
        if kind == .endRequest {
            // Behind the application's own status stands that of the protocol.
            switch UInt8(truncatingIfNeeded: gathered >> 24) {
            case 0: received = .complete
            case 2: received = .overloaded
            default: received = .refused
            }
            (gathered, gatheredCount) = (0, 0)
        }
        state = .padding
        if padding == 0 { endRecord() }
    }

    private mutating func endRecord() { state = received == nil ? .header : .complete }
}
