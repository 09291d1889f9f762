import HTTP
import TestSupport
import Testing

/// Random changes of valid messages: nothing may trap, and what the parsers say may not depend on how bytes arrive.
@Suite("Mutated messages")
struct MutationTests {
    /// A generator that gives the same numbers in every run (SplitMix64).
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
            return mixed ^ mixed >> 31
        }
    }

    private static let fragments = [
        "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", "\u{0}", ":", ",", ";", "0", "5", "ffffffff", "chunked",
        "Transfer-Encoding: ",
        "Content-Length: 5\r\n", "Host: a\r\n", "Connection: close\r\n", " HTTP/1.1\r\n", "GET / ", "\u{ff}", "#", "?",
        "[", "0\r\n\r\n",
    ].map { Array($0.utf8) }

    /// One to four edits: bytes changed, removed, doubled, or a telling fragment put in.
    private static func mutate(_ original: [UInt8], _ generator: inout Generator) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let index = Int.random(in: bytes.indices, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(bytes[index], at: index)
            case 3: bytes.insert(contentsOf: fragments.randomElement(using: &generator) ?? [], at: index)
            default: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...8, using: &generator)))
            }
        }
        return bytes
    }

    /// The ways in which each case is fed: whole, byte by byte, and in random pieces.
    private static func feedings(_ input: [UInt8], _ generator: inout Generator) -> [[ArraySlice<UInt8>]] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = input[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...min(40, rest.count), using: &generator)
            pieces.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return [[input[...]], input.indices.map { input[$0...$0] }, pieces]
    }

    @Test(
        "request heads",
        arguments: [
            "GET /v2/ HTTP/1.1\r\nHost: a.example:8443\r\nAuthorization: Basic YTpi\r\nConnection: keep-alive\r\n\r\n",
            "PUT http://b/x?y HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\nX_Y: 1\r\n\r\nhello",
            "POST / HTTP/1.1\nHost: [::1]:80\nTransfer-Encoding: chunked\nUpgrade: x\nConnection: upgrade, x\nX: 1\n\n",
        ])
    func requests(text: String) {
        var generator = Generator(state: 1)
        let limits = HeadLimits(startLine: 60, fieldLine: 50, head: 160, fields: 6)
        for _ in 0..<1500 {
            let input = Self.mutate(Array(text.utf8), &generator)
            let outcomes = Self.feedings(input, &generator).map { pieces in
                ParsedRequest.parse(pieces, limits: limits).map { $0?.summary }
            }
            #expect(outcomes[1] == outcomes[0] && outcomes[2] == outcomes[0], "\(input)")
        }
    }

    @Test(
        "response heads",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer : a\r\nConnection: close, x\r\nX: 1\r\n\r\nhello",
            "HTTP/1.0 404\nTransfer-Encoding: chunked\nSet-Cookie: a=b\n\n",
        ])
    func responses(text: String) {
        var generator = Generator(state: 2)
        let limits = HeadLimits(startLine: 40, fieldLine: 40, head: 120, fields: 5)
        for _ in 0..<1500 {
            let input = Self.mutate(Array(text.utf8), &generator)
            let outcomes = Self.feedings(input, &generator).map { pieces in
                ParsedResponse.parse(pieces, limits: limits).map { $0?.summary }
            }
            #expect(outcomes[1] == outcomes[0] && outcomes[2] == outcomes[0], "\(input)")
        }
    }

    @Test(
        "chunked bodies",
        arguments: [
            "5\r\nhello\r\n1a;x=y\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\nGET / HTTP/1.1\r\n",
            "1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n00;z\r\nX: 1\r\nHost: b\r\nETag: \"c\"\r\n\r\n",
        ])
    func chunkedBodies(text: String) {
        var generator = Generator(state: 3)
        for _ in 0..<3000 {
            let input = Self.mutate(Array(text.utf8), &generator)
            let outcomes = Self.feedings(input, &generator).map { DecodedBody.decode($0) }
            for outcome in outcomes.dropFirst() {
                #expect(outcome.error == outcomes[0].error, "\(input)")
                #expect(outcome.isComplete == outcomes[0].isComplete, "\(input)")
                // Content that was decoded before an error depends on the pieces; that of a sound body does not.
                if outcome.error == nil { #expect(outcome == outcomes[0], "\(input)") }
            }
        }
    }
}
