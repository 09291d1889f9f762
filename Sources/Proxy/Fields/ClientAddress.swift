internal import Bytes
internal import HTTP
internal import Routing

/// Finds out who the client is where a trusted proxy in front names it in a field (nginx's realip module).
enum ClientAddress {
    /// The client of a request that came from `peer`; its port is 0 where the field does not tell it.
    ///
    /// Of several lines and elements the last one counts, which the nearest proxy wrote. Where it is no address, the
    /// client is whoever was found before it.
    static func find(
        _ rule: ClientAddressRule, peer: Endpoint, fields: HeaderFields, in bytes: UnsafeRawBufferPointer
    ) -> Endpoint {
        guard let name = rule.field, rule.trusts(peer.address) else { return peer }
        var found = peer
        for field in fields.reversed() where !field.isDropped {
            guard name.withBytes({ ASCII.equalsIgnoringCase(bytes[field.name], $0) }) else { continue }
            var rest = bytes[field.value]
            while let (element, before) = lastElement(of: rest) {
                guard let endpoint = endpoint(element) else { return found }
                found = endpoint
                guard rule.isRecursive, rule.trusts(endpoint.address) else { return found }
                rest = before
            }
        }
        return found
    }

    /// The last element of a list that is not empty, and what stands before it.
    private static func lastElement(
        of list: UnsafeRawBufferPointer
    ) -> (element: UnsafeRawBufferPointer, before: UnsafeRawBufferPointer)? {
        let isSeparator = { (byte: UInt8) in byte == ASCII.comma || byte == ASCII.space || byte == ASCII.tab }
        guard let last = list.lastIndex(where: { !isSeparator($0) }) else { return nil }
        let start = list[...last].lastIndex(where: isSeparator).map { $0 + 1 } ?? 0
        return (
            UnsafeRawBufferPointer(rebasing: list[start...last]), UnsafeRawBufferPointer(rebasing: list[..<start])
        )
    }

    /// Reads `ADDRESS` or `ADDRESS:PORT`, IPv6 in brackets where there is a port.
    private static func endpoint(_ text: UnsafeRawBufferPointer) -> Endpoint? {
        if let address = IPAddress(text) { return Endpoint(address: address, port: 0) }
        var host = text[...]
        var port = text[text.endIndex...]
        if text.last != UInt8(ascii: "]") {
            guard let colon = text.lastIndex(of: ASCII.colon) else { return nil }
            (host, port) = (text[..<colon], text[(colon + 1)...])
            guard !port.isEmpty else { return nil }
        }
        let isBracketed = host.first == UInt8(ascii: "[") && host.last == UInt8(ascii: "]") && host.count > 2
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(UnsafeRawBufferPointer(rebasing: host)), address.isIPv6 == isBracketed else {
            return nil
        }
        if port.isEmpty { return Endpoint(address: address, port: 0) }
        return ASCII.decimal(UnsafeRawBufferPointer(rebasing: port), limit: 65_535).map {
            Endpoint(address: address, port: UInt16($0))
        }
    }
}
