internal import Bytes

/// Chooses the certificate of a host (CONTRACT §1.4).
enum CertificateChoice {
    /// The name of the pair that the host uses, and by which step; nil where there is none for it.
    ///
    /// In this order: the name that is asked for (`CERT_NAME`), and that alone; the host's own name; the name without its
    /// first part where it has more than two, one level only; `default` where that is trusted.
    static func pair(
        for host: HostPattern, asked: String?, available: Set<String>, trustsDefault: Bool
    ) -> (name: String, source: CertificateSource)? {
        if let asked { return available.contains(asked) ? (asked, .asked) : nil }
        if let own = ownNames(of: host).first(where: available.contains) { return (own, .ownName) }
        if let parent = parent(of: host), available.contains(parent) { return (parent, .parentName) }
        return trustsDefault && available.contains("default") ? ("default", .trustedDefault) : nil
    }

    /// The same without the step.
    static func name(
        for host: HostPattern, asked: String?, available: Set<String>, trustsDefault: Bool
    ) -> String? {
        pair(for: host, asked: asked, available: available, trustsDefault: trustsDefault)?.name
    }

    private static func ownNames(of host: HostPattern) -> [String] {
        let text = host.text
        if case .pattern = host { return [SHA1.hex(text)] }
        guard case .exact(let name) = host, name.bytes.first == UInt8(ascii: "[") else { return [text] }
        return [text, String(text.dropFirst().dropLast())]
    }

    private static func parent(of host: HostPattern) -> String? {
        let text = host.text
        switch host {
        case .pattern: return nil
        case .exact(let name) where name.bytes.first == UInt8(ascii: "[") || IPAddress(text) != nil: return nil
        case .exact, .leading, .trailing: break
        }
        let dot = UInt8(ascii: ".")
        guard let first = text.utf8.firstIndex(of: dot) else { return nil }
        let parent = text[text.utf8.index(after: first)...]
        return parent.utf8.contains(dot) ? String(parent) : nil
    }
}
