package import Bytes

extension Certificate {
    /// Whether clients that dial this name, or this address, take the certificate for its own (RFC 6125 §6.4).
    ///
    /// - Parameters:
    ///   - name: in lower case. One with a `*` as its first part is covered by the same name alone.
    ///   - address: the address where that is what clients dial.
    package func covers(_ name: String, _ address: IPAddress? = nil) -> Bool {
        if let address { return addresses.contains(address) }
        return subjectNames.contains { Self.matches($0, name) }
    }

    /// A `*` stands for the whole first part of a name, and for one part only.
    private static func matches(_ subject: String, _ name: String) -> Bool {
        if subject == name { return true }
        guard subject.hasPrefix("*."), let dot = name.firstIndex(of: "."), dot != name.startIndex else { return false }
        return name[dot...] == subject.dropFirst() && !name.hasPrefix("*")
    }
}
