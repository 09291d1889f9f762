import Bytes
import Testing

@testable import TLS

@Suite("Client greeting")
struct ClientHelloTests {
    private func list(_ name: [UInt8], kind: UInt8 = 0) -> [UInt8] {
        let count = name.count
        return [UInt8((count + 3) >> 8), UInt8((count + 3) & 255), kind, UInt8(count >> 8), UInt8(count & 255)] + name
    }

    private func read(_ bytes: [UInt8]) -> ClientHello.ServerName { ClientHello.serverName(bytes.span) }

    @Test(
        "reads the host name in lower case and without its last dot",
        arguments: [
            ("a.test", "a.test"), ("A.Test.", "a.test"), ("x_y-1.test", "x_y-1.test"), ("[::1]", nil), ("::1", "::1"),
            ("10.0.0.5", "10.0.0.5"), (".", nil), ("a b", nil), ("a\0b", nil), ("ä", nil), ("a/b", nil),
            ("*.test", nil),
            (String(repeating: "a", count: 253), String(repeating: "a", count: 253)),
            (String(repeating: "a", count: 254), nil),
        ] as [(String, String?)])
    func names(text: String, host: String?) {
        #expect(read(list(Array(text.utf8))) == host.map { .host(ByteString($0)) } ?? .unusable)
    }

    @Test("refuses what breaks the syntax of RFC 6066 §3")
    func malformed() {
        let good = list(Array("a.test".utf8))
        #expect(read([]) == .malformed)
        #expect(read(list([])) == .malformed)
        #expect(read(list(Array("a.test".utf8), kind: 1)) == .malformed)
        #expect(read(good + [0]) == .malformed)
        // Two names in one list.
        let twice = Array(good[2...] + good[2...])
        #expect(read([0, UInt8(twice.count)] + twice) == .malformed)
        for cut in 0..<good.count { #expect(read(Array(good[..<cut])) == .malformed) }
        for index in 0..<5 {
            var bytes = good
            bytes[index] ^= 1
            #expect(read(bytes) == .malformed)
        }
    }

    @Test("stands up to random bytes")
    func random() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<5000 {
            var bytes = list(Array("registry.localhost".utf8))
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...bytes.count, using: &random) / 4)
            if case .host(let name) = read(bytes) { #expect(name.count <= 253 && !name.isEmpty) }
        }
    }

    @Test("finds the preferred protocol in a client's list, and never reads behind it")
    func offers() {
        func offer(_ list: [UInt8], _ preferred: [ByteString]) -> String? {
            list.withUnsafeBytes { bytes in
                ClientHello.offer(in: bytes, preferred: preferred).map { String(decoding: $0, as: UTF8.self) }
            }
        }
        let list: [UInt8] = [2] + Array("h2".utf8) + [8] + Array("http/1.1".utf8)
        #expect(offer(list, ["http/1.1"]) == "http/1.1")
        #expect(offer(list, ["h3", "h2", "http/1.1"]) == "h2")
        #expect(offer(list, ["h3"]) == nil)
        #expect(offer([], ["h2"]) == nil)
        for cut in 0..<list.count { #expect(offer(Array(list[..<cut]), ["http/1.1"]) == nil) }
    }
}
