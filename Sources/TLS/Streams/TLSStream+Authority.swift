internal import Bytes

extension TLSStream {
    /// Whether requests for a host may come over the connection (RFC 9113 §9.1.1): the client has named that host in its
    /// greeting, or none, or the certificate that it was shown is for the host too.
    ///
    /// - Parameter host: a name in any case, without a last dot, or an address, one of IPv6 in brackets.
    package func isFor(_ host: UnsafeRawBufferPointer) -> Bool {
        guard let serverName, let context else { return true }
        if serverName.withBytes({ ASCII.equalsIgnoringCase($0, host) }) { return true }
        let isBracketed = host.first == UInt8(ascii: "[")
        let name = String(decoding: host.dropFirst(isBracketed ? 1 : 0).dropLast(isBracketed ? 1 : 0), as: UTF8.self)
        return context.certificate.covers(name.lowercased(), IPAddress(name))
    }
}
