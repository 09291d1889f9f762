import Bytes
import Net
import TestSupport
import Testing

@Suite("PROXY headers")
struct ProxyHeaderTests {
    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]

    /// A header of version 2 from its thirteenth byte on.
    private static func binary(_ command: UInt8, _ kind: UInt8, _ content: [UInt8], length: Int? = nil) -> [UInt8] {
        let length = length ?? content.count
        return signature + [command, kind, UInt8(length >> 8 & 0xff), UInt8(length & 0xff)] + content
    }

    private static let ipv4: [UInt8] = [192, 0, 2, 7, 198, 51, 100, 1, 0x30, 0x39, 0x01, 0xbb]
    private static let ipv6: [UInt8] =
        [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7] + [0xfd] + [UInt8](repeating: 0, count: 14) + [1]
        + [0x30, 0x39, 0x01, 0xbb]

    private func parse(_ bytes: some Sequence<UInt8>) -> ProxyHeader.Outcome {
        let bytes = ContiguousArray(bytes)
        return ProxyHeader.parse(bytes.span)
    }

    private static let good: [(bytes: [UInt8], source: String?)] = [
        (Array("PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\r\n".utf8), "192.0.2.7:12345"),
        (Array("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n".utf8), "255.255.255.255:65535"),
        (Array("PROXY TCP4 1.2.3.4 1.2.3.4 0 0\r\n".utf8), "1.2.3.4:0"),
        (Array("PROXY TCP6 2001:db8::7 fd00::1 12345 443\r\n".utf8), "[2001:db8::7]:12345"),
        (Array("PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n".utf8), "192.0.2.7:1"),
        (Array("PROXY UNKNOWN\r\n".utf8), nil),
        (Array("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n".utf8), nil),
        (binary(0x21, 0x11, ipv4), "192.0.2.7:12345"),
        (binary(0x21, 0x21, ipv6), "[2001:db8::7]:12345"),
        (binary(0x21, 0x11, ipv4 + [UInt8](repeating: 4, count: 900)), "192.0.2.7:12345"),
        (binary(0x20, 0x00, []), nil),
        (binary(0x20, 0x11, ipv4), nil),
        (binary(0x20, 0x11, [1, 2, 3]), nil),
        (binary(0x21, 0x00, [1, 2, 3]), nil),
        (binary(0x21, 0x12, ipv4), nil),
        (binary(0x21, 0x31, [UInt8](repeating: 47, count: 216)), nil),
    ]

    @Test("say who the client is, whole and in every pair of pieces", arguments: good)
    func reading(bytes: [UInt8], source: String?) {
        let following = Array("GET / HTTP/1.1\r\nPROXY ".utf8)
        guard case .complete(let header, let count) = parse(bytes + following) else {
            Issue.record("\(parse(bytes + following))")
            return
        }
        #expect(count == bytes.count)
        #expect(header.source?.description == source)
        #expect((header.destination == nil) == (source == nil))
        for cut in bytes.indices { #expect(parse(bytes[..<cut]) == .needMore, "after \(cut) bytes") }
        #expect(parse(bytes) == .complete(header, byteCount: count))
    }

    @Test(
        "are refused as lines when they are not exactly as they should be",
        arguments: [
            "GET / HTTP/1.1\r\n", "proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY\r\n", "PROXY \r\n", "PROXYTCP4",
            " PROXY ",
            "PROXY TCP4\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n", "PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
            "PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n", "PROXY TCP4\t1.2.3.4 1.2.3.4 1 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 99999999999999999999\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 0x2\r\n", "PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n",
            "PROXY TCP4 1.2.3.256 1.2.3.4 1 2\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
            "PROXY TCP6 [::1] [::1] 1 2\r\n", "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", "PROXY TCP6 :: 1.2.3.4 1 2\r\n",
            "PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY unknown\r\n",
            "PROXY UNKNOWNX\r\n", "PROXY UNKNOWN \u{0}\r\n", "PROXY UNKNOWN é\r\n",
        ])
    func hostileLines(line: String) {
        #expect(parse(line.utf8) == .malformed)
    }

    @Test("are refused as lines past 107 bytes, before more is waited for")
    func longLines() {
        let longest = "PROXY UNKNOWN " + String(repeating: "x", count: 107 - 16) + "\r\n"
        #expect(longest.utf8.count == 107)
        #expect(parse(longest.utf8) == .complete(ProxyHeader(), byteCount: 107))
        let longer = "PROXY UNKNOWN " + String(repeating: "x", count: 107 - 15)
        #expect(parse((longer + "\r\n").utf8) == .malformed)
        #expect(parse(longer.utf8) == .malformed)
    }

    @Test(
        "are refused in binary when they are not exactly as they should be",
        arguments: [
            binary(0x11, 0x11, ipv4), binary(0x22, 0x11, ipv4), binary(0x01, 0x11, ipv4), binary(0x2f, 0x11, ipv4),
            binary(0x21, 0x13, ipv4), binary(0x21, 0x41, ipv4), binary(0x21, 0xff, ipv4),
            binary(0x21, 0x11, Array(ipv4.dropLast())), binary(0x21, 0x11, []), binary(0x21, 0x21, ipv4),
            binary(0x21, 0x31, ipv6), binary(0x21, 0x11, ipv4, length: 4081), binary(0x21, 0x11, ipv4, length: 65535),
            Array(signature.dropLast()) + [13], [13, 10, 13, 13], [13, 13], Array(signature.dropFirst()),
        ])
    func hostileBinaries(bytes: [UInt8]) {
        #expect(parse(bytes) == .malformed)
    }

    @Test("are never misread when bytes are changed: each outcome only follows from what stands there")
    func mutations() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<20_000 {
            var bytes = Self.good[Int(random.next() % UInt64(Self.good.count))].bytes
            for _ in 0...random.next() % 3 {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                }
            }
            let whole = parse(bytes)
            if case .complete(_, let count) = whole {
                #expect(count <= bytes.count)
                #expect(parse(bytes[..<count]) == whole)
            }
            // What is refused, or complete, after some bytes is so after all of them.
            let some = parse(bytes[..<Int(random.next() % UInt64(bytes.count))])
            if some != .needMore { #expect(some == whole) }
        }
    }
}
