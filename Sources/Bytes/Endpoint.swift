/// An address and a TCP port.
package struct Endpoint: Hashable, Sendable {
    /// The host's address.
    package var address: IPAddress
    /// The port, 0 where the kernel shall choose one.
    package var port: UInt16

    /// The port at the address.
    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Appends `1.2.3.4:80` or `[::1]:80`.
    package func append(to buffer: inout ByteBuffer) {
        if address.isIPv6 { buffer.append(UInt8(ascii: "[")) }
        address.append(to: &buffer)
        if address.isIPv6 { buffer.append(UInt8(ascii: "]")) }
        buffer.append(ASCII.colon)
        buffer.append(decimal: Int(port))
    }
}

extension Endpoint: CustomStringConvertible {
    package var description: String { address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}
