internal import Bytes
internal import HTTP

/// Answers of FastCGI applications: the same output however the bytes are cut, none that did not come, and a head that
/// means the same once it is passed on.
enum FastCGICheck {
    /// What came of an answer; of one that is refused only why.
    private enum Outcome: Equatable {
        case failed(FastCGIError)
        case read(output: [UInt8], messages: [UInt8], end: FastCGIDecoder.End?, count: Int)
    }

    private enum Head: Equatable {
        case partial
        case failed(ResponseError)
        case complete(Int, ResponseShape)
    }

    static func run(_ input: [UInt8]) throws(Violation) {
        let whole = try decode(input, arriving: Arrival(ends: [input.count]))
        for arrival in Arrival.all(of: input).dropFirst() {
            try requireEqual(try decode(input, arriving: arrival), whole, "cut at \(arrival.ends.dropLast())")
        }
        guard case .read(let output, let messages, let end, let count) = whole else { return }
        try require(messages.count <= FastCGIDecoder.messageLimit, "messages are bounded")
        try require(output.count + messages.count <= count, "output and messages come from the input")
        if end != nil {
            try requireEqual(
                try decode(Array(input[..<count]), arriving: Arrival(ends: [count])), whole, "without what follows it")
        }
        try checkHead(output)
    }

    private static func decode(_ input: [UInt8], arriving arrival: Arrival) throws(Violation) -> Outcome {
        var decoder = FastCGIDecoder()
        var output: [UInt8] = []
        var count = 0
        for piece in arrival.pieces(of: input) where decoder.end == nil {
            let result: Result<DecodedBytes, FastCGIError> = try DecodedBytes.decode(piece) {
                (bytes) throws(FastCGIError) in try decoder.decode(bytes)
            }
            switch result {
            case .failure(let error): return .failed(error)
            case .success(let decoded):
                output += decoded.content
                count += decoded.consumed
                try require(decoder.end != nil || decoded.consumed == piece.count, "all is taken before the end")
            }
        }
        return .read(output: output, messages: decoder.messages, end: decoder.end, count: count)
    }

    private static func checkHead(_ output: [UInt8]) throws(Violation) {
        let whole = parse(output, arriving: Arrival(ends: [output.count]))
        for arrival in Arrival.all(of: output).dropFirst() {
            try requireEqual(parse(output, arriving: arrival), whole, "the head cut at \(arrival.ends.dropLast())")
        }
        guard case .complete(let count, let shape) = whole else { return }
        try require((1...output.count).contains(count), "a head of \(count) bytes in \(output.count)")
        try require((200...999).contains(shape.status), "the status \(shape.status)")
        try shape.checkRanges(headCount: count)
        for field in shape.fields where !field.isDropped {
            let value = output[field.value]
            try require(!value.contains { $0 < 0x20 && $0 != ASCII.tab || $0 == 0x7f }, "a control byte is passed on")
            try require(output[field.name].allSatisfy(\.isTokenByte), "\(output[field.name].text) is a token")
        }
    }

    private static func parse(_ input: [UInt8], arriving arrival: Arrival) -> Head {
        var parser = CGIHeadParser()
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
}
