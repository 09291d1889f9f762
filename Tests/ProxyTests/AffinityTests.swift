import Bytes
import Testing

@testable import Proxy

@Suite("Keys of backends")
struct AffinityTests {
    @Test("are those of the network for IPv4, and of the address for IPv6, as in nginx")
    func addresses() throws {
        func hash(_ text: String) throws -> UInt64 { Affinity.hash(try #require(IPAddress(text))) }
        #expect(try hash("10.1.2.3") == hash("10.1.2.250"))
        #expect(try hash("10.1.2.3") != hash("10.1.3.3"))
        #expect(try hash("fd00::1") != hash("fd00::2"))
        #expect(try hash("fd00::1") == hash("fd00:0::1"))
    }

    @Test("are those of the bytes (FNV-1a)")
    func bytes() {
        #expect(ByteString("").withBytes(Affinity.hash) == 0xcbf2_9ce4_8422_2325)
        #expect(ByteString("foobar").withBytes(Affinity.hash) == 0x8594_4171_f739_67e8)
    }
}
