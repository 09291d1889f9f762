package import Bytes
internal import CLinux
internal import Glibc

/// Where a stream socket listens or connects: an address and port, or a path in the file system.
package enum SocketAddress: Hashable, Sendable {
    case ip(Endpoint)
    case unix(String)

    /// The address and port; nil for a Unix domain socket.
    package var endpoint: Endpoint? {
        if case .ip(let endpoint) = self { return endpoint }
        return nil
    }

    /// The address family (AF_INET, AF_INET6 or AF_UNIX).
    package var family: Int32 {
        switch self {
        case .ip(let endpoint): endpoint.address.isIPv6 ? AF_INET6 : AF_INET
        case .unix: AF_UNIX
        }
    }

    /// Calls the body with the kernel's form of the address.
    ///
    /// - Throws: `SystemError` with ENAMETOOLONG when a path has more than 107 bytes.
    func withSystemAddress<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) throws(SystemError) -> Result {
        var storage = sockaddr_storage()
        let length = try fill(&storage)
        return withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    private func fill(_ storage: inout sockaddr_storage) throws(SystemError) -> socklen_t {
        switch self {
        case .ip(let endpoint) where endpoint.address.isIPv6:
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = endpoint.port.bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) {
                $0.storeBytes(of: endpoint.address.upper.bigEndian, toByteOffset: 0, as: UInt64.self)
                $0.storeBytes(of: endpoint.address.lower.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            return copy(&address, to: &storage)
        case .ip(let endpoint):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = endpoint.port.bigEndian
            address.sin_addr.s_addr = UInt32(truncatingIfNeeded: endpoint.address.lower).bigEndian
            return copy(&address, to: &storage)
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            let fits = withUnsafeMutableBytes(of: &address.sun_path) { target in
                guard bytes.count < target.count else { return false }
                target.copyBytes(from: bytes)
                return true
            }
            guard fits else { throw SystemError(call: "bind", code: ENAMETOOLONG) }
            return copy(&address, to: &storage)
        }
    }

    private func copy<Address>(_ address: inout Address, to storage: inout sockaddr_storage) -> socklen_t {
        withUnsafeBytes(of: &address) { source in
            withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: source) }
        }
        return socklen_t(MemoryLayout<Address>.size)
    }

    /// Reads the kernel's form of an IP address; nil for other families.
    init?(_ storage: inout sockaddr_storage) {
        switch Int32(storage.ss_family) {
        case AF_INET:
            self = withUnsafeBytes(of: &storage) {
                let address = $0.loadUnaligned(as: sockaddr_in.self)
                return .ip(
                    Endpoint(
                        address: IPAddress(ipv4: UInt32(bigEndian: address.sin_addr.s_addr)),
                        port: UInt16(bigEndian: address.sin_port)))
            }
        case AF_INET6:
            self = withUnsafeBytes(of: &storage) { bytes in
                let address = bytes.loadUnaligned(as: sockaddr_in6.self)
                let halves = withUnsafeBytes(of: address.sin6_addr) {
                    (
                        UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                        UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                    )
                }
                return .ip(
                    Endpoint(
                        address: IPAddress(ipv6: halves.0, halves.1), port: UInt16(bigEndian: address.sin6_port)))
            }
        default: return nil
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .ip(let endpoint): endpoint.description
        case .unix(let path): "unix:\(path)"
        }
    }
}
