package import Bytes

/// The protocols that a client would go over to, of those that may be passed on (RFC 9110 §7.8).
///
/// HTTP itself and TLS are left out: requests would follow in them that nobody has looked at (`h2c`, RFC 7540 §3.2;
/// `TLS/1.0`, RFC 2817). So is what is no protocol by the grammar, because two readers might find different things in it.
package struct UpgradeOffer {
    private let value: UnsafeRawBufferPointer

    /// What a client offers in the value of its Upgrade field, which must outlive the offer; nil where nothing may pass.
    package init?(_ value: UnsafeRawBufferPointer) {
        self.value = value
        guard protocols.contains(where: { _ in true }) else { return nil }
    }

    private var protocols: some Sequence<UnsafeRawBufferPointer> { ListElements(value).lazy.filter(Self.mayPass) }

    /// Appends the protocols as a list, in the client's order.
    package func append(to output: inout ByteBuffer) {
        var isFirst = true
        for name in protocols {
            if !isFirst { output.append(", ") }
            isFirst = false
            output.append(name)
        }
    }

    /// Whether a server that goes over to this protocol does what was offered: it must name exactly one.
    package func includes(_ agreed: UnsafeRawBufferPointer) -> Bool {
        protocols.contains { ASCII.equalsIgnoringCase($0, agreed) }
    }

    /// A name, and a version behind a slash or none, of a protocol that is neither HTTP nor TLS.
    private static func mayPass(_ element: UnsafeRawBufferPointer) -> Bool {
        let slash = element.firstIndex(of: ASCII.slash) ?? element.count
        let name = UnsafeRawBufferPointer(rebasing: element[..<slash])
        guard !name.isEmpty, name.allSatisfy(ByteClasses.isToken) else { return false }
        if slash < element.count {
            let version = element[(slash + 1)...]
            guard !version.isEmpty, version.allSatisfy(ByteClasses.isToken) else { return false }
        }
        if name.equalsFolded("http") || name.equalsFolded("tls") || name.equalsFolded("ssl") { return false }
        // h2c, its drafts (h2c-14), and what may come after it.
        return !(name.count > 1 && name[0] | 0x20 == UInt8(ascii: "h") && ASCII.isDigit(name[1]))
    }
}
