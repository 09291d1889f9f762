internal import Bytes
internal import HTTP

/// An answer as the client reads it.
struct ReceivedAnswer {
    let status: Int
    /// The target of the request that it answers, where the backend told.
    let target: String?
    let body: [UInt8]
    let isComplete: Bool

    /// The final answers in what a client got back for requests of these methods.
    ///
    /// Behind the last request at most one answer may come: to what could not be understood.
    static func all(in bytes: [UInt8], to methods: [Method], isWhole: Bool) throws(Violation) -> [ReceivedAnswer] {
        var answers: [ReceivedAnswer] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            try require(answers.count <= methods.count, "an answer that nobody asked for: \(rest.text)")
            let method = answers.count < methods.count ? methods[answers.count] : .other
            guard let (answer, count) = try read(rest, to: method) else {
                try require(!isWhole, "an answer without the end of its head: \(rest.text)")
                break
            }
            rest = rest.dropFirst(count)
            if answer.status >= 200 { answers.append(answer) }
            if !answer.isComplete { try require(rest.isEmpty, "nothing follows an answer that was cut") }
        }
        return answers
    }

    private static func read(
        _ rest: ArraySlice<UInt8>, to method: Method
    ) throws(Violation) -> (answer: ReceivedAnswer, count: Int)? {
        let bytes = Array(rest)
        var parser = ResponseHeadParser()
        var head = ResponseHead()
        switch parser.parse(bytes.span, into: &head) {
        case .partial: return nil
        case .failed(let error): throw Violation("no answer (\(error.reason)): \(bytes.text)")
        case .complete(let count):
            let plain = try PlainHead(bytes[..<count])
            for index in 1..<count where bytes[index] == ASCII.lineFeed {
                try require(bytes[index - 1] == ASCII.carriageReturn, "lines end in CRLF: \(bytes[..<count].text)")
            }
            let framings = plain.values("content-length").count + plain.values("transfer-encoding").count
            try require(framings <= 1, "one framing: \(bytes[..<count].text)")
            var decoder = BodyDecoder(head.framing(requestMethod: method))
            var content = Array(bytes[count...])
            guard let piece = content.withUnsafeMutableBytes({ try? decoder.decode($0) }) else {
                throw Violation("no body: \(bytes.text)")
            }
            let answer = ReceivedAnswer(
                status: head.status, target: plain.values("x-target").first?.text,
                body: Array(content.prefix(piece.produced)), isComplete: decoder.endOfInput())
            return (answer, count + piece.consumed)
        }
    }
}
