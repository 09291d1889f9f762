import Bytes
import HTTP
import TestSupport
import Testing

@Suite("Protocols that a client would go over to")
struct UpgradeOfferTests {
    private func passedOn(_ value: String) -> String? {
        Array(value.utf8).withUnsafeBytes { bytes in
            UpgradeOffer(bytes).map { offer in
                var output = ByteBuffer()
                offer.append(to: &output)
                return String(decoding: output.readable, as: UTF8.self)
            }
        }
    }

    @Test(
        "are passed on without HTTP, TLS and what is no protocol",
        arguments: [
            ("websocket", "websocket"), ("WebSocket", "WebSocket"), ("tcp", "tcp"), ("SPDY/3.1", "SPDY/3.1"),
            (" websocket\t", "websocket"), ("websocket,tcp", "websocket, tcp"), (",, websocket ,", "websocket"),
            ("h2c, websocket", "websocket"), ("websocket, H2C", "websocket"), ("h2x", nil), ("hub", "hub"), ("h", "h"),
            ("h2c", nil), ("H2c", nil), ("h2", nil), ("h2c-14", nil), ("h2c/1", nil), ("h3", nil), ("HTTP/2.0", nil),
            ("http", nil), ("TLS/1.0", nil), ("tls", nil), ("ssl", nil), ("TLS/1.2, HTTP/1.1", nil),
            ("", nil), (",", nil), ("/", nil), ("/1", nil), ("a/", nil), ("a/b/c", nil), ("a b", nil),
            ("websocket h2c", nil), ("\"websocket\"", nil), ("\"a, h2c", nil), ("web;socket", nil), ("w\u{f6}", nil),
            ("websocket; x, tcp", "tcp"),
        ] as [(String, String?)])
    func mayPass(_ value: String, _ expected: String?) {
        #expect(passedOn(value) == expected)
    }

    @Test(
        "are what a backend may agree to, one of them",
        arguments: [
            ("websocket", true), ("WEBSOCKET", true), ("tcp/1", true), ("tcp", false), ("h2c", false), ("", false),
            ("websocket, tcp/1", false), ("websocket ", false), ("websockets", false), ("other", false),
        ])
    func includes(_ agreed: String, _ expected: Bool) {
        Array("websocket, h2c, tcp/1".utf8).withUnsafeBytes { bytes in
            let offer = UpgradeOffer(bytes)
            Array(agreed.utf8).withUnsafeBytes { #expect(offer?.includes($0) == expected) }
        }
    }

    @Test("never hold anything else than names and versions, whatever is offered")
    func hostile() {
        var chance = SplitMix64(seed: 7)
        let alphabet = Array("hH2cC,, \t/-websocket\"\u{1}TtLlSsPp1.".utf8)
        for _ in 0..<4000 {
            let value = (0..<Int.random(in: 0..<24, using: &chance)).map { _ in
                alphabet.randomElement(using: &chance) ?? 0
            }
            let text = passedOn(String(decoding: value, as: UTF8.self)) ?? "x"
            for element in text.split(separator: ", ", omittingEmptySubsequences: false) {
                let name = element.lowercased().prefix { $0 != "/" }
                #expect(!name.isEmpty && !name.hasPrefix("h2") && !["http", "tls", "ssl"].contains(String(name)))
                #expect(element.allSatisfy { !" ,\t\"\u{1}".contains($0) })
            }
        }
    }
}
