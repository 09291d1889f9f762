import Bytes
import Testing

@Suite("SHA-1")
struct SHA1Tests {
    @Test(
        "gives the digests of FIPS 180-4",
        arguments: [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
            (String(repeating: "a", count: 1_000), "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
            ("/", "42099b4af021e53fd8fd4e056c2568d7c2e3ffa8"),
        ])
    func digests(_ text: String, _ expected: String) { #expect(SHA1.hex(text) == expected) }

    @Test("pads texts of every length around a block", arguments: [55, 56, 57, 63, 64, 65, 119, 120, 128])
    func lengths(_ count: Int) {
        let known = [
            55: "c1c8bbdc22796e28c0e15163d20899b65621d65a", 56: "c2db330f6083854c99d4b5bfb6e8f29f201be699",
            57: "f08f24908d682555111be7ff6f004e78283d989a", 63: "03f09f5b158a7a8cdad920bddc29b81c18a551f5",
            64: "0098ba824b5c16427bd7a1122a5a442a25ec644d", 65: "11655326c708d70319be2610e8a57d9a5b959d3b",
            119: "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56", 120: "f34c1488385346a55709ba056ddd08280dd4c6d6",
            128: "ad5b3fdbcb526778c2839d2f151ea753995e26a0",
        ]
        #expect(SHA1.hex(String(repeating: "a", count: count)) == known[count])
    }
}
