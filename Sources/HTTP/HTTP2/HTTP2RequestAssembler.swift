internal import Bytes

/// Makes a request head of the fields of an HTTP/2 stream (RFC 9113 §8.3.1), and checks its trailers.
///
/// What comes out is what the same request in HTTP/1 would have come to: `:authority` stands there as `Host`, the crumbs
/// of cookies are joined, and no pseudo-field is left. One belongs to each stream and is used again for the next one.
package struct HTTP2RequestAssembler: ~Copyable {
    private struct PseudoFields {
        var method = ByteRange.empty
        var scheme = ByteRange.empty
        var path = ByteRange.empty
        var authority = ByteRange.empty
        var `protocol` = ByteRange.empty

        /// RFC 9113 §8.3.1 and §8.5, RFC 8441 §4.
        func isComplete(forConnect isConnect: Bool) -> Bool {
            let hasTarget = !scheme.isEmpty && !path.isEmpty
            guard isConnect else { return hasTarget && `protocol`.isEmpty }
            guard !authority.isEmpty else { return false }
            return `protocol`.isEmpty ? scheme.isEmpty && path.isEmpty : hasTarget
        }
    }

    private let limits: HeadLimits
    private var section: HTTP2FieldSection
    private var trailerSection = HTTP2TrailerSection()
    private var pseudo = PseudoFields()
    /// Whether a field was seen that is no pseudo-field.
    private var hasFields = false
    private var hasHostField = false
    private var cookieCount = 0
    private var firstCookie = 0
    private var refusal: RequestError?
    private var isInTrailers = false

    /// An assembler of heads up to this size, where each field counts 32 bytes more than it has (RFC 9113 §6.5.2).
    package init(limits: HeadLimits = .request) {
        self.limits = limits
        section = HTTP2FieldSection(limits: limits)
    }

    /// What the head's ranges point into; valid until `begin()`.
    package var bytes: UnsafeRawBufferPointer { section.buffer.readable }

    /// The trailers that may be passed on, each as `name: value` CR LF; valid until `begin()`.
    package var trailers: UnsafeRawBufferPointer { trailerSection.lines.readable }

    /// Forgets everything and keeps the memory.
    package mutating func begin() {
        section.begin()
        trailerSection.begin()
        pseudo = PseudoFields()
        hasFields = false
        hasHostField = false
        cookieCount = 0
        refusal = nil
        isInTrailers = false
    }

    /// Takes the next field of the head, or of the trailers. What is wrong with it is told at the end.
    package mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        if isInTrailers {
            trailerSection.add(name, value)
        } else if name.first == ASCII.colon {
            addPseudo(name, value)
        } else {
            addField(name, value)
        }
    }

    /// Says that the fields to come are trailers. The head stays as it is.
    package mutating func beginTrailers() {
        isInTrailers = true
    }

    /// Says that the trailers are whole. False when they are malformed, which is a stream error.
    package mutating func completeTrailers() -> Bool { trailerSection.isSound }

    private mutating func addPseudo(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        guard !hasFields else { return section.note(.malformedPseudoField) }
        if name.equals(":method") {
            if let range = section.addPseudo(name, value, before: pseudo.method) { pseudo.method = range }
        } else if name.equals(":path") {
            if let range = section.addPseudo(name, value, before: pseudo.path) { pseudo.path = range }
        } else if name.equals(":scheme") {
            if let range = section.addPseudo(name, value, before: pseudo.scheme) { pseudo.scheme = range }
        } else if name.equals(":authority") {
            if let range = section.addAuthority(value, before: pseudo.authority) { pseudo.authority = range }
        } else if name.equals(":protocol") {
            if let range = section.addPseudo(name, value, before: pseudo.protocol) { pseudo.protocol = range }
        } else {
            section.note(.malformedPseudoField)
        }
    }

    private mutating func addField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        hasFields = true
        switch section.add(name, value) {
        case .cookie?:
            if cookieCount == 0 { firstCookie = section.fields.count - 1 }
            cookieCount += 1
        case .host? where !pseudo.authority.isEmpty:
            // It is there already, and must not be there twice.
            section.fields.removeLast()
            if hasHostField { refusal = refusal ?? .repeatedHost }
            hasHostField = true
            if !ASCII.equalsIgnoringCase(value, bytes[pseudo.authority]) { refusal = refusal ?? .contradictoryHost }
        default:
            break
        }
    }
}

extension HTTP2RequestAssembler {
    /// Fills the head with what the fields came to.
    ///
    /// Its framing is `.chunked` where a body of unknown length follows. When the request is refused, method and target are
    /// there as far as they were understood, for the log; the rest means nothing then.
    ///
    /// - Parameters:
    ///   - endsStream: whether nothing follows the head.
    ///   - head: the head; its ranges point into `bytes`.
    package mutating func complete(endsStream: Bool, into head: inout RequestHead) -> HTTP2HeadResult {
        head.reset()
        head.version = .http2
        if let fault = section.fault, !fault.isLimit { return .malformed }
        let limit = section.fault.map { RequestError.fields($0) }
        let isConnect = bytes[pseudo.method].equals("CONNECT")
        guard Self.isMethodWellFormed(bytes[pseudo.method]), pseudo.isComplete(forConnect: isConnect) else {
            return limit.map { .refused($0) } ?? .malformed
        }
        let isExtended = isConnect && !pseudo.protocol.isEmpty
        if !isConnect || isExtended {
            guard Self.isSchemeWellFormed(bytes[pseudo.scheme]), Self.isPathWellFormed(bytes[pseudo.path]) else {
                return .malformed
            }
        }
        if cookieCount > 1 { section.join(.cookie, first: firstCookie, with: "; ") }
        swap(&head.fields, &section.fields)
        head.target = isConnect && !isExtended ? pseudo.authority : pseudo.path
        head.methodRange = isExtended ? section.place("GET") : pseudo.method
        // What HTTP/1 would have taken for the line, with its spaces, its version and its line end.
        let lineCount = head.methodRange.indices.count + head.target.indices.count + 12
        do throws(RequestError) {
            try head.interpret(bytes, unframed: endsStream || isExtended ? .none : .chunked)
        } catch {
            switch error {
            case .malformedTarget, .malformedContentLength: return .malformed
            default: refusal = refusal ?? error
            }
        }
        if let limit { return .refused(limit) }
        if lineCount > limits.startLine { return .refused(.requestLineTooLong) }
        if let refusal { return .refused(refusal) }
        guard Self.isServed(scheme: bytes[pseudo.scheme]) else { return .refused(.malformedTarget) }
        if isExtended { return completeExtendedConnect(endsStream: endsStream, &head) }
        // RFC 9113 §8.1.1: the sum of what follows, which is nothing, is not what was declared.
        if endsStream, case .length(let count) = head.framing, count > 0 { return .malformed }
        return .complete
    }

    // These take what they look at: the whole assembler would be copied for each.

    /// RFC 9110 §9.1.
    private static func isMethodWellFormed(_ method: UnsafeRawBufferPointer) -> Bool {
        !method.isEmpty && method.allSatisfy(ByteClasses.isToken)
    }

    /// A path, or `*`; whether the latter goes with the method is checked with the rest of the target.
    private static func isPathWellFormed(_ path: UnsafeRawBufferPointer) -> Bool {
        guard path.first == ASCII.slash || path.equals("*") else { return false }
        let text = Span(_unsafeElements: path.assumingMemoryBound(to: UInt8.self))
        return text.endOfTarget(from: 0, to: path.count) == path.count
    }

    /// RFC 3986 §3.1.
    private static func isSchemeWellFormed(_ scheme: UnsafeRawBufferPointer) -> Bool {
        guard let first = scheme.first, ASCII.isLetter(first) else { return false }
        return scheme.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || "+-.".utf8.contains($0) }
    }

    /// Whether the scheme is one of the two that this proxy serves; CONNECT has none.
    ///
    /// Which of them it is does not count: a proxy in front may have taken TLS off.
    private static func isServed(scheme: UnsafeRawBufferPointer) -> Bool {
        scheme.isEmpty || scheme.equalsFolded("https") || scheme.equalsFolded("http")
    }

    /// A WebSocket becomes the GET that it is in HTTP/1 (RFC 8441 §5).
    private func completeExtendedConnect(endsStream: Bool, _ head: inout RequestHead) -> HTTP2HeadResult {
        // Nobody opens a tunnel to say nothing, and no content goes with it (RFC 9110 §9.3.6).
        guard !endsStream, head.framing == .none else { return .malformed }
        guard bytes[pseudo.protocol].equalsFolded("websocket") else { return .refused(.unsupportedProtocol) }
        // The handshake's proof is between the backend and whoever speaks HTTP/1 to it.
        for index in head.fields.indices
        where ASCII.equalsIgnoringCase(bytes[head.fields[index].name], "sec-websocket-key") {
            head.fields[index].isDropped = true
        }
        head.upgrade = pseudo.protocol
        head.isExtendedConnect = true
        return .complete
    }
}
