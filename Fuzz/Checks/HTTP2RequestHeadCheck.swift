internal import Bytes
internal import HTTP

/// Requests of HTTP/2: what is accepted is, written as HTTP/1, the same one request for any parser.
enum HTTP2RequestHeadCheck {
    struct Outcome: Equatable {
        var result: HTTP2HeadResult
        var shape: RequestShape
        var bytes: [UInt8]
        /// Nil where they are malformed, or there are none.
        var trailers: [UInt8]?
    }

    static func run(_ input: [UInt8]) throws(Violation) {
        let fields = HTTP2Fields(input)
        var assembler = HTTP2RequestAssembler()
        let first = assemble(fields, with: &assembler)
        try requireEqual(assemble(fields, with: &assembler), first, "the head by an assembler that was used before")
        if let lines = first.trailers { try HTTP2Fields.checkTrailers(lines) }
        switch first.result {
        case .complete:
            try check(first.shape, in: first.bytes)
        case .refused(let error):
            try require((400...599).contains(error.status), "a status for \(error)")
            for range in [first.shape.methodRange, first.shape.target, first.shape.pathAndQuery] {
                try require(range.start >= 0 && range.end <= first.bytes.count, "a range for the log lies in the head")
            }
        case .malformed:
            break
        }
    }

    private static func assemble(_ fields: HTTP2Fields, with assembler: inout HTTP2RequestAssembler) -> Outcome {
        var head = RequestHead()
        assembler.begin()
        HTTP2Fields.feed(fields.head) { assembler.add($0, $1) }
        let result = assembler.complete(endsStream: fields.endsStream, into: &head)
        var outcome = Outcome(
            result: result, shape: RequestShape(head), bytes: Array(assembler.bytes), trailers: nil)
        if let trailers = fields.trailers {
            assembler.beginTrailers()
            HTTP2Fields.feed(trailers) { assembler.add($0, $1) }
            if assembler.completeTrailers() { outcome.trailers = Array(assembler.trailers) }
        }
        return outcome
    }

    private static func check(_ shape: RequestShape, in bytes: [UInt8]) throws(Violation) {
        try HTTP2Fields.check(shape.fields, in: bytes)
        for range in [
            shape.methodRange, shape.target, shape.path, shape.query, shape.host, shape.hostName, shape.upgrade,
        ] {
            try require(range.start >= 0 && range.end <= bytes.count, "a range lies in its head")
        }
        try require(shape.isPersistent && shape.version == .http2, "HTTP/2 persists")
        try require(shape.fields.filter { $0.known == .host }.count == 1, "one Host")
        try require(shape.fields.filter { $0.known == .cookie }.count <= 1, "one Cookie")
        // A joined Cookie may be longer than a line of HTTP/1, and chunks need a field more.
        if shape.fields.count >= HeadLimits.request.fields { return }
        if shape.fields.contains(where: { $0.known == .cookie && $0.value.count > 8000 }) { return }
        let text = written { output in
            output.append(Array(bytes[shape.methodRange]))
            output.append(ASCII.space)
            output.append(Array(bytes[shape.target]))
            output.append(" HTTP/1.1\r\n")
            for field in shape.fields {
                output.append(Array(bytes[field.name]))
                output.append(": ")
                output.append(Array(bytes[field.value]))
                output.append("\r\n")
            }
            if shape.framing == .chunked { output.append("Transfer-Encoding: chunked\r\n") }
            output.append("\r\n")
        }
        guard case .complete(let count, let again) = RequestHeadCheck.parse(text) else {
            throw Violation("what is accepted is no request in HTTP/1: \(text.text)")
        }
        try requireEqual(count, text.count, "no second request follows")
        try requireEqual(Array(text[again.methodRange]), Array(bytes[shape.methodRange]), "the method")
        try requireEqual(Array(text[again.target]), Array(bytes[shape.target]), "the target")
        try requireEqual(Array(text[again.pathAndQuery]), Array(bytes[shape.pathAndQuery]), "path and query")
        try requireEqual(Array(text[again.query]), Array(bytes[shape.query]), "the query")
        try requireEqual(Array(text[again.host]), Array(bytes[shape.host]), "the host")
        try requireEqual(Array(text[again.hostName]), Array(bytes[shape.hostName]), "the host's name")
        try requireEqual(again.framing, shape.framing, "the framing")
        try requireEqual(again.expectsContinue, shape.expectsContinue, "the expectation")
        try requireEqual(again.fields.passedOn(of: text), shape.fields.passedOn(of: bytes), "the fields")
    }
}
