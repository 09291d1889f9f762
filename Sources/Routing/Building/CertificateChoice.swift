internal import Bytes

/// Chooses the certificate of a host (CONTRACT §1.4).
enum CertificateChoice {
    /// The name of the pair that the host uses; nil where there is none for it.
    ///
    /// In this order: the name that is asked for (`CERT_NAME`), and that alone; the host's own name; the name without its
    /// first part where it has more than two, one level only; `default` where that is trusted.
    static func name(
        for host: HostPattern, asked: String?, available: Set<String>, trustsDefault: Bool
    ) -> String? {
        if let asked { return available.contains(asked) ? asked : nil }
        return candidates(for: host).first(where: available.contains)
            ?? (trustsDefault && available.contains("default") ? "default" : nil)
    }

    private static func candidates(for host: HostPattern) -> [String] {
        let text = host.text
        if case .pattern = host { return [SHA1.hex(text)] }
        guard case .exact(let name) = host else { return [text] + parent(of: text) }
        if name.bytes.first == UInt8(ascii: "[") { return [text, String(text.dropFirst().dropLast())] }
        return IPAddress(text) == nil ? [text] + parent(of: text) : [text]
    }

    private static func parent(of name: String) -> [String] {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count > 2 ? [labels.dropFirst().joined(separator: ".")] : []
    }
}
