internal import Bytes
internal import HTTP

/// Response heads: the same answer however the bytes are cut, no more taken than there is, and one meaning only.
enum ResponseHeadCheck {
    enum Outcome: Equatable {
        case partial
        case failed(ResponseError)
        case complete(Int, ResponseShape)
    }

    static func run(_ input: [UInt8]) throws(Violation) {
        let whole = parse(input)
        for arrival in Arrival.all(of: input).dropFirst() {
            try requireEqual(parse(input, arriving: arrival), whole, "the head cut at \(arrival.ends.dropLast())")
        }
        guard case .complete(let count, let shape) = whole else { return }
        try require((1...input.count).contains(count), "a head of \(count) bytes in \(input.count)")
        try shape.checkRanges(headCount: count)
        try requireEqual(parse(Array(input[..<count])), whole, "the head without what follows it")
        try requireEqual(parse(Array(input[..<(count - 1)])), .partial, "the head without its last byte")
        try checkMeaning(shape, of: input, plain: try PlainHead(input[..<count]))
        try checkRewritten(shape, of: input)
    }

    static func parse(_ input: [UInt8]) -> Outcome {
        parse(input, arriving: Arrival(ends: [input.count]))
    }

    /// The outcome of the last piece, or of the first one that ends the head.
    private static func parse(_ input: [UInt8], arriving arrival: Arrival) -> Outcome {
        var parser = ResponseHeadParser()
        var head = ResponseHead()
        for end in arrival.ends {
            switch ExactBytes(input[..<end]).withSpan({ parser.parse($0, into: &head) }) {
            case .partial: continue
            case .failed(let error): return .failed(error)
            case .complete(let count): return .complete(count, ResponseShape(head))
            }
        }
        return .partial
    }

    /// Holds what was understood against a plain reading of the lines: no two readers may see two responses.
    private static func checkMeaning(_ shape: ResponseShape, of input: [UInt8], plain: PlainHead) throws(Violation) {
        try plain.check(shape.fields, of: input, allowsBlankBeforeColon: true)
        try require((100...999).contains(shape.status), "the status \(shape.status)")
        let words = plain.startLine.split(separator: ASCII.space, maxSplits: 2, omittingEmptySubsequences: false)
        try require(words[0].starts(with: "HTTP/1.".utf8), "the version is the first word")
        try requireEqual(words[1].text, String(shape.status), "the status is the second word")
        try requireEqual(
            words.count > 2 ? Array(words[2]) : [], Array(input[shape.reason]), "the reason is the rest of the line")

        let names = zip(plain.fields, shape.fields).filter { $1.known == .contentLength }.map { $0.0 }
        let codings = shape.fields.filter { $0.known == .transferEncoding }
        switch shape.declaredFraming {
        case .none: throw Violation("a response always has a framing")
        case .untilClose: try require(names.isEmpty && codings.isEmpty, "no framing was sent")
        case .chunked: try require(names.isEmpty && codings.count == 1, "chunked alone")
        case .length(let length):
            try require(codings.isEmpty && Set(names.map(\.value)).count == 1, "one length and no coding")
            let digits = names[0].value.drop { $0 == ASCII.zero }
            try requireEqual(digits.text, length == 0 ? "" : String(length), "the length that was sent")
        }
        for field in shape.fields where field.known.isHopByHop {
            try require(field.isDropped, "\(input[field.name].text) is dropped")
        }
    }

    /// What is passed on must mean the same to the client.
    private static func checkRewritten(_ shape: ResponseShape, of input: [UInt8]) throws(Violation) {
        var parser = ResponseHeadParser()
        var head = ResponseHead()
        _ = parser.parse(input.span, into: &head)
        let text = input.withUnsafeBytes { bytes in
            written { output in
                HeadWriter.appendStatusLine(head.status, reason: bytes[head.reason], to: &output)
                for field in head.fields where !field.isDropped {
                    HeadWriter.appendField(field, in: bytes, to: &output)
                }
                if head.declaredFraming == .chunked {
                    HeadWriter.appendField(.transferEncoding, "chunked", to: &output)
                }
                HeadWriter.appendEnd(to: &output)
            }
        }
        guard case .complete(let count, let again) = parse(text) else {
            // A line grows by the blank behind its colon and by the CR of its end, up to past the limits.
            if text.count > 8000 { return }
            throw Violation("what is passed on is no response: \(text.text)")
        }
        try requireEqual(count, text.count, "nothing is left of what is passed on")
        try requireEqual(again.status, shape.status, "the status")
        try requireEqual(Array(text[again.reason]), Array(input[shape.reason]), "the reason")
        let hasNoBody = shape.status < 200 || shape.status == 204
        if !hasNoBody { try requireEqual(again.declaredFraming, shape.declaredFraming, "the framing") }
        try requireEqual(
            again.fields.passedOn(of: text), shape.fields.passedOn(of: input), "the fields that are passed on")
    }
}
