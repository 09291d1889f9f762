internal import Bytes
internal import HTTP

/// Responses of HTTP/2: what is accepted is, written as HTTP/1, the same one response for any parser.
enum HTTP2ResponseHeadCheck {
    struct Outcome: Equatable {
        var error: ResponseError?
        var shape: ResponseShape
        var bytes: [UInt8]
        /// Nil where they are malformed, or there are none.
        var trailers: [UInt8]?
    }

    static func run(_ input: [UInt8]) throws(Violation) {
        let fields = HTTP2Fields(input)
        var assembler = HTTP2ResponseAssembler()
        let first = assemble(fields, with: &assembler)
        try requireEqual(assemble(fields, with: &assembler), first, "the head by an assembler that was used before")
        if let lines = first.trailers { try HTTP2Fields.checkTrailers(lines) }
        if first.error == nil { try check(first.shape, in: first.bytes, endsStream: fields.endsStream) }
    }

    private static func assemble(_ fields: HTTP2Fields, with assembler: inout HTTP2ResponseAssembler) -> Outcome {
        var head = ResponseHead()
        var failure: ResponseError?
        assembler.begin()
        HTTP2Fields.feed(fields.head) { assembler.add($0, $1) }
        do throws(ResponseError) {
            try assembler.complete(endsStream: fields.endsStream, into: &head)
        } catch {
            failure = error
        }
        var outcome = Outcome(
            error: failure, shape: ResponseShape(head), bytes: Array(assembler.bytes), trailers: nil)
        if let trailers = fields.trailers {
            assembler.beginTrailers()
            HTTP2Fields.feed(trailers) { assembler.add($0, $1) }
            if assembler.completeTrailers() { outcome.trailers = Array(assembler.trailers) }
        }
        return outcome
    }

    private static func check(_ shape: ResponseShape, in bytes: [UInt8], endsStream: Bool) throws(Violation) {
        try HTTP2Fields.check(shape.fields, in: bytes)
        try require((100...999).contains(shape.status) && shape.status != 101, "the status \(shape.status)")
        try require(shape.isPersistent && shape.version == .http2, "HTTP/2 persists")
        if shape.fields.count >= HeadLimits.response.fields { return }
        let text = written { output in
            HeadWriter.appendStatusLine(shape.status, to: &output)
            for field in shape.fields {
                output.append(Array(bytes[field.name]))
                output.append(": ")
                output.append(Array(bytes[field.value]))
                output.append("\r\n")
            }
            if shape.declaredFraming == .chunked { output.append("Transfer-Encoding: chunked\r\n") }
            output.append("\r\n")
        }
        guard case .complete(let count, let again) = ResponseHeadCheck.parse(text) else {
            throw Violation("what is accepted is no response in HTTP/1: \(text.text)")
        }
        try requireEqual(count, text.count, "nothing stands behind the head")
        try requireEqual(again.status, shape.status, "the status")
        if shape.declaredFraming == .none {
            try require(endsStream && again.declaredFraming == .untilClose, "a length that nothing declares")
        } else {
            try requireEqual(again.declaredFraming, shape.declaredFraming, "the framing")
        }
        try requireEqual(again.fields.passedOn(of: text), shape.fields.passedOn(of: bytes), "the fields")
    }
}
