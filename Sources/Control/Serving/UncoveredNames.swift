internal import Bytes
internal import Routing
internal import TLS

/// The hosts whose clients refuse the certificate that they are shown, because it is for other names.
struct UncoveredNames {
    private var hosts: HostList = []
    private var version = 0
    private var found: [ByteString: Diagnostic] = [:]
    private var sorted: [Diagnostic]?

    /// What is to be said of them, in the order of the hosts. Only hosts that have changed since the last call are looked at.
    ///
    /// - Parameter version: the same number as long as the folder is the same.
    mutating func diagnostics(
        _ hosts: HostList, of folder: CertificateFolder, version: Int
    ) -> [Diagnostic] {
        if version != self.version { (self.hosts, found, sorted) = ([], [:], nil) }
        let changes = hosts.changes(since: self.hosts)
        (self.hosts, self.version) = (hosts, version)
        for object in changes.gone where found.removeValue(forKey: object.host.name) != nil { sorted = nil }
        for object in changes.new {
            guard let diagnostic = Self.diagnostic(object.host, folder) else { continue }
            found[object.host.name] = diagnostic
            sorted = nil
        }
        if let sorted { return sorted }
        let all = found.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }.map(\.value)
        sorted = all
        return all
    }

    private static func diagnostic(_ host: VirtualHost, _ folder: CertificateFolder) -> Diagnostic? {
        guard let pair = host.certificate, let certificate = folder.certificates[pair] else { return nil }
        let missing = host.names.filter { name in
            switch name {
            case .exact, .leading:
                let text = name.certificateName.text
                return !certificate.covers(text, IPAddress(text))
            case .trailing, .pattern: return false
            }
        }.map(\.text)
        guard !missing.isEmpty else { return nil }
        let names = certificate.subjectNames + certificate.addresses.map { "\($0)" }
        return Diagnostic(
            // Whoever has only default.crt may well know that nobody believes it.
            host.certificateSource == .trustedDefault ? .note : .warning,
            at: .wholeFile("\(folder.path)/\(pair).crt"),
            "clients of \(missing.prefix(5).joined(separator: ", ")) refuse the certificate: it is for "
                + (names.isEmpty ? "no name" : names.prefix(5).joined(separator: ", ")),
            hint: "get one that lists the host in its subjectAltName, or name another one with CERT_NAME")
    }
}

extension HostPattern {
    /// The name as certificates have it: an IPv6 address without brackets.
    var certificateName: ByteString {
        guard case .exact(let name) = self else { return ByteString(text) }
        return name.bytes.first == UInt8(ascii: "[") ? ByteString(Array(name.bytes.dropFirst().dropLast())) : name
    }
}
