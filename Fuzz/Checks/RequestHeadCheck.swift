internal import Bytes
internal import HTTP

/// Request heads: the same answer however the bytes are cut, no more taken than there is, and one meaning only.
enum RequestHeadCheck {
    enum Outcome: Equatable {
        case partial
        case failed(RequestError)
        case complete(Int, RequestShape)
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
        try RewrittenRequest.check(shape, of: input)
        try checkOffer(Array(input[shape.upgrade]))
    }

    /// No request may follow behind an upgrade that is passed on, and all readers see the same protocols in it.
    private static func checkOffer(_ value: [UInt8]) throws(Violation) {
        let passed = { (value: [UInt8]) in
            value.withUnsafeBytes { bytes in UpgradeOffer(bytes).map { offer in written { offer.append(to: &$0) } } }
        }
        guard let list = passed(value) else { return }
        try requireEqual(passed(list), list, "the protocols of the list that is passed on")
        for element in list.split(separator: ASCII.comma, omittingEmptySubsequences: false) {
            let name = element.drop { $0 == ASCII.space }.prefix { $0 != ASCII.slash }.lowercased
            try require(!name.isEmpty && !name.contains { $0 <= ASCII.space }, "a protocol's name")
            try require(
                !name.starts(with: "h2".utf8) && !name.has("http") && !name.has("tls"), "a protocol that may pass")
        }
    }

    static func parse(_ input: [UInt8]) -> Outcome {
        parse(input, arriving: Arrival(ends: [input.count]))
    }

    /// The outcome of the last piece, or of the first one that ends the head.
    private static func parse(_ input: [UInt8], arriving arrival: Arrival) -> Outcome {
        var parser = RequestHeadParser()
        var head = RequestHead()
        for end in arrival.ends {
            switch ExactBytes(input[..<end]).withSpan({ parser.parse($0, into: &head) }) {
            case .partial: continue
            case .failed(let error): return .failed(error)
            case .complete(let count): return .complete(count, RequestShape(head))
            }
        }
        return .partial
    }

    /// Holds what was understood against a plain reading of the lines: no two readers may see two requests.
    private static func checkMeaning(_ shape: RequestShape, of input: [UInt8], plain: PlainHead) throws(Violation) {
        try plain.check(shape.fields, of: input, allowsBlankBeforeColon: false)
        let words = plain.startLine.split(separator: ASCII.space, omittingEmptySubsequences: false)
        try requireEqual(
            words.prefix(2).map(Array.init), [Array(input[shape.methodRange]), Array(input[shape.target])],
            "the words of the request line")
        try require(words.count == 3 && words[2].starts(with: "HTTP/1.".utf8), "the version is the third word")

        let hosts = plain.values("host")
        try require(hosts.count == 1 || hosts.isEmpty && shape.version == .http10, "one Host")
        if shape.form == .origin { try requireEqual(Array(input[shape.host]), hosts.first ?? [], "the host") }
        try require(!input[shape.hostName].contains { "/@,\\ \t#?".utf8.contains($0) }, "a host's name")

        let lengths = plain.values("content-length")
        let codings = plain.values("transfer-encoding")
        switch shape.framing {
        case .none: try require(lengths.isEmpty && codings.isEmpty, "no framing was sent")
        case .chunked:
            try require(lengths.isEmpty && codings.map(\.lowercased) == [Array("chunked".utf8)], "chunked alone")
        case .length(let length):
            try require(codings.isEmpty && lengths.count == 1, "one length and no coding")
            let digits = lengths[0].drop { $0 == ASCII.zero }
            try requireEqual(digits.text, length == 0 ? "" : String(length), "the length that was sent")
        case .untilClose: throw Violation("no request ends with its connection")
        }
        try require(plain.values("authorization").count <= 1, "one Authorization")
        for field in shape.fields where field.known.isHopByHop || input[field.name].contains(UInt8(ascii: "_")) {
            try require(field.isDropped, "\(input[field.name].text) is dropped")
        }
        for field in shape.fields where field.isDropped {
            try require(field.known == .other || field.known.isHopByHop, "\(input[field.name].text) is kept")
        }
    }
}
