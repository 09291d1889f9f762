internal import COpenSSL

extension TLSPolicy {
    /// The policies that the OpenSSL of this machine can follow, by name.
    ///
    /// Those are missing whose oldest version it was built without: served with another floor, they would be other policies.
    package static let supported: [String: TLSPolicy] = {
        let usable = all.filter(\.isSupported)
        return Dictionary(usable.map { ($0.name, $0) }) { first, _ in first }
    }()

    /// Whether OpenSSL speaks both the oldest and the newest version, and has some cipher of the policy.
    var isSupported: Bool {
        guard let settings = try? TLSContext.makeSettings(self) else { return false }
        // A range whose end was compiled out is narrowed without a word; a single version is refused.
        return [oldest, newest].allSatisfy {
            portico_ctx_set_versions(settings.pointer, $0.rawValue, $0.rawValue) == 1
        }
    }

    /// The ciphers that policies name and OpenSSL was built without, by policy: clients that know nothing better are
    /// refused.
    package static let missingCiphers: [String: [String]] = supported.compactMapValues {
        let missing = $0.missingCiphers
        return missing.isEmpty ? nil : missing
    }

    private var missingCiphers: [String] {
        guard let settings = try? TLSContext.makeSettings(self) else { return [] }
        let count = portico_ctx_cipher_count(settings.pointer)
        let known = Set((0..<count).map { String(cString: portico_ctx_cipher_name(settings.pointer, $0)) })
        return ciphers.split(separator: ":").map(String.init).filter { !$0.hasPrefix("@") && !known.contains($0) }
    }
}
