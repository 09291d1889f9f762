internal import Bytes
internal import TLS

/// The two extensions of a client's greeting that are read before OpenSSL decides: the server's name and the protocols.
///
/// The same input stands for either.
enum ClientHelloCheck {
    static func run(_ input: [UInt8]) throws(Violation) {
        try checkServerName(input)
        try checkOffer(input)
    }

    private static func checkServerName(_ input: [UInt8]) throws(Violation) {
        guard case .host(let name) = ExactBytes(input).withSpan({ ClientHello.serverName($0) }) else { return }
        let text = name.bytes
        try require((1...253).contains(text.count), "the length of a name")
        try require(
            text.allSatisfy { ASCII.isDigit($0) || (0x61...0x7a).contains($0) || "-._:".utf8.contains($0) },
            "the letters of a name")
        // RFC 6066 §3, and a last dot that may be left out.
        let isPlain = [text, text + [UInt8(ascii: ".")]].contains { name in
            let entry = [0] + number(name.count) + name
            return (number(entry.count) + entry).elementsEqual(input.prefix(5) + input.dropFirst(5).lowercased)
        }
        try require(isPlain, "a list of one name and nothing else")
    }

    private static func checkOffer(_ input: [UInt8]) throws(Violation) {
        let list = ExactBytes(input)
        let preferred: [ByteString] = ["h2", "http/1.1"]
        let bytes = UnsafeRawBufferPointer(list.memory)
        let offers = plainOffers(input)
        guard let chosen = ClientHello.offer(in: bytes, preferred: preferred) else {
            // A list that ends in the middle of a name offers nothing, whatever stands before.
            guard let offers else { return }
            return try require(!preferred.contains { offers.contains($0.bytes) }, "an offer was found")
        }
        let start = chosen.baseAddress.map { $0 - bytes.baseAddress.unsafelyUnwrapped } ?? -1
        try require(start > 0 && start + chosen.count <= input.count, "an offer lies in its list")
        try require(preferred.contains { $0.bytes.elementsEqual(chosen) }, "what is chosen is spoken")
        if let offers { try require(offers.contains(Array(chosen)), "what is chosen was offered") }
    }

    /// The names in a list; nil where its lengths do not add up.
    private static func plainOffers(_ list: [UInt8]) -> [[UInt8]]? {
        var offers: [[UInt8]] = []
        var rest = list[...]
        while let count = rest.popFirst() {
            guard rest.count >= Int(count) else { return nil }
            offers.append(Array(rest.prefix(Int(count))))
            rest = rest.dropFirst(Int(count))
        }
        return offers
    }

    private static func number(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }
}
