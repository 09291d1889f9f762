import Bytes
import Testing

@Suite("IP addresses")
struct IPAddressTests {
    @Test(
        "are read and written in their usual form",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("10.203.100.95", "10.203.100.95"), ("0.0.0.0", "0.0.0.0"),
            ("255.255.255.255", "255.255.255.255"), ("::", "::"),
            ("::1", "::1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"),
            ("::ffff:1.2.3.4", "1.2.3.4"), ("::ffff:102:304", "1.2.3.4"), ("fe80::1:2:3:4", "fe80::1:2:3:4"),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ])
    func roundTrip(_ text: String, _ expected: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == expected)
        var buffer = ByteBuffer()
        address.append(to: &buffer)
        #expect(String(decoding: buffer.readable, as: UTF8.self) == expected)
        #expect(IPAddress(expected) == address)
    }

    @Test(
        "are not read from anything else",
        arguments: [
            "", " ", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4:80", "[::1]",
            "::1/64",
            "fe80::1%eth0", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1::", "12345::", "g::", "0x7f.1", "localhost",
            "1.2.3.4\0",
            "::1\0", String(repeating: "1", count: 100), "١.2.3.4",
        ])
    func refused(_ text: String) { #expect(IPAddress(text) == nil) }

    @Test("know the same client over either kind of socket as one")
    func mapped() throws {
        let address = try #require(IPAddress("::ffff:10.0.0.1"))
        #expect(address == IPAddress(ipv4: 0x0a00_0001))
        #expect(!address.isIPv6)
        #expect(IPAddress("::10.0.0.1")?.isIPv6 == true)
    }

    @Test(
        "say what kind they are",
        arguments: [
            ("127.0.0.1", true, false, false), ("127.255.0.9", true, false, false), ("128.0.0.1", false, false, false),
            ("::1", true, false, false), ("::2", false, false, false), ("169.254.0.1", false, true, false),
            ("169.253.0.1", false, false, false), ("fe80::1", false, true, false), ("febf::", false, true, false),
            ("fec0::", false, false, false), ("0.0.0.0", false, false, true), ("::", false, false, true),
            ("0.0.0.1", false, false, false),
        ])
    func kinds(_ text: String, _ isLoopback: Bool, _ isLinkLocal: Bool, _ isUnspecified: Bool) throws {
        let address = try #require(IPAddress(text))
        #expect(address.isLoopback == isLoopback)
        #expect(address.isLinkLocal == isLinkLocal)
        #expect(address.isUnspecified == isUnspecified)
    }

    @Test("are written with their port", arguments: [("1.2.3.4", 80, "1.2.3.4:80"), ("::1", 443, "[::1]:443")])
    func endpoints(_ text: String, _ port: UInt16, _ expected: String) throws {
        let endpoint = Endpoint(address: try #require(IPAddress(text)), port: port)
        #expect(endpoint.description == expected)
        var buffer = ByteBuffer()
        endpoint.append(to: &buffer)
        #expect(String(decoding: buffer.readable, as: UTF8.self) == expected)
    }
}
