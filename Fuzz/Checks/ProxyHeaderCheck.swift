internal import Bytes
internal import Net

/// The header that a proxy in front sends before everything else: what it means must not depend on how it arrives, and no
/// other bytes may have the same meaning in version 1.
enum ProxyHeaderCheck {
    static func run(_ input: [UInt8]) throws(Violation) {
        let whole = parse(input[...])
        for count in input.indices {
            let outcome = parse(input[..<count])
            if outcome != .needMore {
                try requireEqual(outcome, whole, "what \(count) bytes come to is what all of them come to")
            }
        }
        guard case .complete(let header, let count) = whole else {
            if whole == .needMore { try require(input.count < ProxyHeader.limit, "waiting ends") }
            return
        }
        try require((15...ProxyHeader.limit).contains(count) && count <= input.count, "the length of a header")
        try requireEqual(header.source == nil, header.destination == nil, "both ends are told, or none")
        try requireEqual(parse(input[..<count]), whole, "what follows has no say")
        guard input[0] == UInt8(ascii: "P"), let source = header.source, let destination = header.destination else {
            return
        }
        let line = String(decoding: input[..<(count - 2)], as: UTF8.self)
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        try require(words.count == 6, "a line of six words")
        try requireEqual(IPAddress(words[2]), source.address, "the client's address")
        try requireEqual(IPAddress(words[3]), destination.address, "the address that it reached")
        try requireEqual([words[4], words[5]], ["\(source.port)", "\(destination.port)"], "the ports")
    }

    private static func parse(_ bytes: ArraySlice<UInt8>) -> ProxyHeader.Outcome {
        ExactBytes(bytes).withSpan { ProxyHeader.parse($0) }
    }
}
