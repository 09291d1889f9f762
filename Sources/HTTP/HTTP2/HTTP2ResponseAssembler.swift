internal import Bytes

/// Makes a response head of the fields of an HTTP/2 stream (RFC 9113 §8.3.2), and checks its trailers.
///
/// What comes out is what the same response in HTTP/1 would have come to. One belongs to each stream and is used again for
/// the next one.
package struct HTTP2ResponseAssembler: ~Copyable {
    private var section: HTTP2FieldSection
    private var trailerSection = HTTP2TrailerSection()
    private var status = ByteRange.empty
    private var hasFields = false
    private var isInTrailers = false

    /// An assembler of heads up to this size, where each field counts 32 bytes more than it has (RFC 9113 §6.5.2).
    package init(limits: HeadLimits = .response) {
        section = HTTP2FieldSection(limits: limits)
    }

    /// What the head's ranges point into; valid until `begin()`.
    package var bytes: UnsafeRawBufferPointer { section.buffer.readable }

    /// The trailers that may be passed on, each as `name: value` CR LF; valid until `begin()`.
    package var trailers: UnsafeRawBufferPointer { trailerSection.lines.readable }

    /// Forgets everything and keeps the memory; to be told before each head, interim ones too.
    package mutating func begin() {
        section.begin()
        trailerSection.begin()
        status = .empty
        hasFields = false
        isInTrailers = false
    }

    /// Takes the next field of the head, or of the trailers. What is wrong with it is told at the end.
    package mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        if isInTrailers {
            trailerSection.add(name, value)
        } else if name.first == ASCII.colon {
            guard !hasFields, name.equals(":status") else { return section.note(.malformedPseudoField) }
            if let range = section.addPseudo(name, value, before: status) { status = range }
        } else {
            hasFields = true
            _ = section.add(name, value)
        }
    }

    /// Says that the fields to come are trailers. The head stays as it is.
    package mutating func beginTrailers() {
        isInTrailers = true
    }

    /// Says that the trailers are whole. False when they are malformed, which is a stream error.
    package mutating func completeTrailers() -> Bool { trailerSection.isSound }

    /// Fills the head, of an interim or of the final response, with what the fields came to.
    ///
    /// Where no length is declared its framing is `.chunked` when a body follows, and `.none` when nothing does. Whether a
    /// declared length is that of the body is for the caller to see to, who knows the method of the request.
    ///
    /// - Parameters:
    ///   - endsStream: whether nothing follows the head.
    ///   - head: the head; its ranges point into `bytes`.
    /// - Throws: why nothing of the response may be passed on (RFC 9113 §8.1.1).
    package mutating func complete(endsStream: Bool, into head: inout ResponseHead) throws(ResponseError) {
        head.reset()
        head.version = .http2
        if let fault = section.fault { throw .fields(fault) }
        guard !status.isEmpty else { throw .fields(.malformedPseudoField) }
        guard status.count == 3, let number = ASCII.decimal(bytes[status]), number >= 100, number != 101 else {
            throw .malformedStatus
        }
        guard number >= 200 || !endsStream else { throw .malformedStatus }
        head.status = number
        swap(&head.fields, &section.fields)
        try head.interpret(bytes)
        if case .untilClose = head.declaredFraming { head.declaredFraming = endsStream ? .none : .chunked }
    }
}
