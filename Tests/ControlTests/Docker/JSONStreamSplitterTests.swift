import Bytes
import TestSupport
import Testing

@testable import Control

@Suite("Cutting JSON streams")
struct JSONStreamSplitterTests {
    private func split(_ pieces: [[UInt8]], maxLength: Int = 1 << 20, maxDepth: Int = 64) -> [String] {
        var splitter = JSONStreamSplitter(maxLength: maxLength, maxDepth: maxDepth)
        var results: [String] = []
        for piece in pieces {
            piece.withUnsafeBytes {
                splitter.append($0) { piece in
                    switch piece {
                    case .value(let bytes): results.append(String(decoding: bytes, as: UTF8.self))
                    case .dropped(let fault): results.append("dropped \(fault)")
                    }
                }
            }
        }
        return results
    }

    private static let streams: [(text: String, values: [String])] = [
        (#"{"a":1}"#, [#"{"a":1}"#]),
        (#"{"a":1}{"b":2}"#, [#"{"a":1}"#, #"{"b":2}"#]),
        ("{\"a\":1}\n{\"b\":2}\n", [#"{"a":1}"#, #"{"b":2}"#]),
        (" \r\n\t{}  [1,[2]]\n", ["{}", "[1,[2]]"]),
        (#"{"a":"}{\"\\"}{"b":"\\"}"#, [#"{"a":"}{\"\\"}"#, #"{"b":"\\"}"#]),
        ("{\n  \"a\": {\n  }\n}\n{}", ["{\n  \"a\": {\n  }\n}", "{}"]),
        (#"{"ü":"☃️"}"#, [#"{"ü":"☃️"}"#]),
        ("garbage \"{\" here\n{\"b\":2}", ["dropped garbage", "dropped garbage", #"{"b":2}"#]),
        ("{\"a\":{\n{\"b\":2}\n{}", ["dropped garbage", #"{"b":2}"#, "{}"]),
        ("{\"a\":\"cut\n{\"b\":2}\n", ["dropped garbage", #"{"b":2}"#]),
        ("{\"a\":\"cut\\\n{\"b\":2}\n", ["dropped garbage", #"{"b":2}"#]),
    ]

    @Test("finds the same values however the stream is cut", arguments: streams)
    func cuts(stream: (text: String, values: [String])) {
        let bytes = Array(stream.text.utf8)
        #expect(split([bytes]) == stream.values)
        #expect(split(bytes.map { [$0] }) == stream.values)
        for cut in 0...bytes.count {
            #expect(split([Array(bytes[..<cut]), Array(bytes[cut...])]) == stream.values)
        }
    }

    @Test("passes an event of 4 MiB")
    func largeEvent() {
        var splitter = JSONStreamSplitter()
        let event = Array(#"{"a":""#.utf8) + [UInt8](repeating: 0x78, count: 4 << 20) + Array("\"}\n{}".utf8)
        var lengths: [Int] = []
        event.withUnsafeBytes {
            splitter.append($0) { piece in
                if case .value(let bytes) = piece { lengths.append(bytes.count) }
            }
        }
        #expect(lengths == [event.count - 3, 2])
    }

    @Test("drops a value above the limit and goes on with the next")
    func tooLong() {
        let text = #"{"a":"0123456789"}{"b":{"c":1}}"#
        #expect(split([Array(text.utf8)], maxLength: 15) == ["dropped tooLong", #"{"b":{"c":1}}"#])
    }

    @Test("drops a value that nests too deep and goes on with the next")
    func tooDeep() {
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(split([Array((deep + "{}").utf8)]) == ["dropped tooDeep", "{}"])
    }

    @Test("holds its bounds and never traps on random bytes")
    func randomBytes() {
        var random = SplitMix64(seed: 7)
        let alphabet = Array("{}[]\"\\\n,:a1 \u{0}".utf8)
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0..<60, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            let whole = split([text], maxLength: 20, maxDepth: 3)
            #expect(whole == split(text.map { [$0] }, maxLength: 20, maxDepth: 3))
            #expect(whole.allSatisfy { $0.utf8.count <= 20 })
        }
    }

    @Test("takes an array apart")
    func elements() throws {
        let elements = try #require(JSONStreamSplitter.elements(ofArray: Array(" [{\"a\":1}, {\"b\":[2]}]\n".utf8)))
        #expect(elements.values.map { String(decoding: $0, as: UTF8.self) } == [#"{"a":1}"#, #"{"b":[2]}"#])
        #expect(elements.areComplete)
    }

    @Test("says when elements of an array got lost")
    func brokenElements() throws {
        let elements = try #require(JSONStreamSplitter.elements(ofArray: Array("[{\"a\":\"\n\"},{\"b\":2}]".utf8)))
        #expect(!elements.areComplete)
    }

    @Test("refuses what is no whole array", arguments: ["", "[", "]", "{}", "[{]", "null", "[{\"a\":1}", "{\"a\":1}]"])
    func noArray(text: String) {
        #expect(JSONStreamSplitter.elements(ofArray: Array(text.utf8)) == nil)
    }
}
