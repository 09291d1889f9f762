import Foundation
import TestSupport
import Testing

@testable import Passwords

@Suite("Base64")
struct Base64Tests {
    @Test(
        "decodes the examples of the standard (RFC 4648 §10)",
        arguments: [
            ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ])
    func examples(_ text: String, _ plain: String) {
        #expect(decode(text) == Array(plain.utf8))
        #expect(Array(plain.utf8).withUnsafeBytes { Base64.encode($0) } == text)
    }

    @Test(
        "takes nothing looser than canonical text",
        arguments: [
            "Z", "Zg", "Zg=", "Zm8", "Zg===", "Zg====", "====", "=", "Z===", "Zm=v", "Zm9v=", "Zh==", "Zm9=", " Zg==",
            "Zg== ",
            "Zm9v\n", "Zm 9v", "Zm9-", "Zm9_", "Zm9\u{0}", "Zg==Zg==", "Zmé=",
        ])
    func refuses(_ text: String) { #expect(decode(text) == nil) }

    @Test("agrees with Foundation on random bytes of every length")
    func random() {
        var generator = SplitMix64(seed: 1)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let text = bytes.withUnsafeBytes { Base64.encode($0) }
            #expect(text == Data(bytes).base64EncodedString())
            #expect(decode(text) == bytes)
        }
    }

    @Test("has one text for each value: what it decodes, it encodes to the same text")
    func canonical() {
        var generator = SplitMix64(seed: 2)
        var taken = 0
        for _ in 0..<5_000 {
            let text = generator.mutated(Array("Zm9vYmFyZg==".utf8), alphabet: Array("Zm9vYg=+/ ".utf8))
            guard let bytes = decode(String(decoding: text, as: UTF8.self)) else { continue }
            taken += 1
            #expect(bytes.withUnsafeBytes { Base64.encode($0) } == String(decoding: text, as: UTF8.self))
        }
        #expect(taken > 100)
    }

    @Test("writes nothing beyond the memory that it is given")
    func smallMemory() {
        let text = Array("Zm9vYmFy".utf8)
        var memory = [UInt8](repeating: 0xff, count: 5)
        let count = text.withUnsafeBytes { text in memory.withUnsafeMutableBytes { Base64.decode(text, into: $0) } }
        #expect(count == nil)
        #expect(memory == Array(repeating: 0xff, count: 5))
    }

    private func decode(_ text: String) -> [UInt8]? {
        var memory = [UInt8](repeating: 0, count: text.utf8.count)
        let count = Array(text.utf8).withUnsafeBytes { text in
            memory.withUnsafeMutableBytes { Base64.decode(text, into: $0) }
        }
        return count.map { Array(memory[..<$0]) }
    }
}
