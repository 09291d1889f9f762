import Bytes
import CLinux
import Glibc
import Testing

@testable import Net

@Suite("Socket addresses")
struct SocketAddressTests {
    @Test(
        "come back from the kernel's form as they went in",
        arguments: [("1.2.3.4", 80), ("255.255.255.255", 65535), ("::1", 0), ("2001:db8::1:2", 443), ("::", 1)])
    func roundTrip(_ text: String, _ port: UInt16) throws {
        let address = SocketAddress.ip(Endpoint(address: try #require(IPAddress(text)), port: port))
        let returned = try address.withSystemAddress { pointer, length in
            var storage = sockaddr_storage()
            memcpy(&storage, pointer, Int(length))
            return SocketAddress(&storage)
        }
        #expect(returned == address)
        #expect(address.endpoint?.port == port)
        #expect(address.family == (text.contains(":") ? AF_INET6 : AF_INET))
    }

    @Test("know a client of IPv4 on a socket of IPv6")
    func mapped() {
        var storage = sockaddr_storage()
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = UInt16(80).bigEndian
        withUnsafeMutableBytes(of: &address.sin6_addr) {
            $0.copyBytes(from: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1])
        }
        withUnsafeMutableBytes(of: &storage) { storage in withUnsafeBytes(of: &address) { storage.copyMemory(from: $0) }
        }
        #expect(SocketAddress(&storage)?.endpoint == Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 80))
    }

    @Test("are nothing for other families")
    func otherFamily() {
        var storage = sockaddr_storage()
        storage.ss_family = sa_family_t(AF_UNIX)
        #expect(SocketAddress(&storage) == nil)
    }

    @Test("are written as people write them")
    func description() throws {
        let address = try #require(IPAddress("::1"))
        #expect(SocketAddress.ip(Endpoint(address: address, port: 80)).description == "[::1]:80")
        #expect(SocketAddress.unix("/run/x").description == "unix:/run/x")
        #expect(SocketAddress.unix("/run/x").endpoint == nil)
    }
}
