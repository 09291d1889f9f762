import Bytes
import Testing

@Suite("IP networks")
struct IPNetworkTests {
    @Test(
        "hold the addresses that share their prefix",
        arguments: [
            ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.9.8.7/8", "10.1.1.1", true),
            ("0.0.0.0/0", "255.1.2.3", true), ("0.0.0.0/0", "::1", false), ("::/0", "fe80::1", true),
            ("::/0", "1.2.3.4", false),
            ("1.2.3.4", "1.2.3.4", true), ("1.2.3.4", "1.2.3.5", false), ("1.2.3.4/32", "1.2.3.4", true),
            ("1.2.3.4/31", "1.2.3.5", true), ("1.2.3.4/31", "1.2.3.6", false), ("::1", "::1", true),
            ("::1", "::", false),
            ("fc00::/7", "fdff::1", true), ("fc00::/7", "fe00::", false),
            ("2001:db8::/64", "2001:db8::ffff:0:0:1", true),
            ("2001:db8::/64", "2001:db8:0:1::", false), ("2001:db8::/65", "2001:db8::7fff:0:0:0", true),
            ("2001:db8::/65", "2001:db8::8000:0:0:0", false), ("::ffff:10.0.0.0/8", "10.1.1.1", true),
            ("2001:db8::/127", "2001:db8::1", true), ("2001:db8::/127", "2001:db8::2", false),
            ("2001:db8::/1", "7fff::", true),
        ])
    func contains(_ network: String, _ address: String, _ expected: Bool) throws {
        #expect(try #require(IPNetwork(network)).contains(#require(IPAddress(address))) == expected)
    }

    @Test("are written with their first address")
    func description() {
        #expect(IPNetwork("10.9.8.7/8")?.description == "10.0.0.0/8")
        #expect(IPNetwork("::1")?.description == "::1/128")
    }

    @Test(
        "are not read from anything else",
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/ 8", "::/129",
            "::/0128", "10/8", "a/8", "10.0.0.0/255.0.0.0",
        ])
    func refused(_ text: String) { #expect(IPNetwork(text) == nil) }

    @Test("agree with a comparison bit by bit")
    func bitByBit() {
        let bits: [UInt64] = [0, 1, 0x8000_0000_0000_0000, 0xffff_ffff_ffff_ffff, 0x0123_4567_89ab_cdef]
        for upper in bits {
            for lower in bits {
                let address = IPAddress(ipv6: upper, lower)
                guard address.isIPv6 else { continue }
                for length in 0...128 {
                    guard let network = IPNetwork(address, prefixLength: length) else {
                        Issue.record("no network of \(length)")
                        continue
                    }
                    #expect(network.contains(address))
                    guard length > 0 else { continue }
                    // The last bit of the prefix decides, the first one behind it does not.
                    let last = 128 - length
                    let flipped = IPAddress(
                        ipv6: last >= 64 ? upper ^ 1 << UInt64(last - 64) : upper,
                        last < 64 ? lower ^ 1 << UInt64(last) : lower)
                    if flipped.isIPv6 { #expect(!network.contains(flipped)) }
                }
            }
        }
    }
}
