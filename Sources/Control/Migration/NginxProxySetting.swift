/// A variable, label or file of nginx-proxy, and what becomes of it here.
///
/// `docs/migrating-from-nginx-proxy.md` says the same to people, a line each; a test compares the two, and both with the
/// variables that the program reads.
package struct NginxProxySetting: Hashable, Sendable {
    /// How it works here.
    package enum Standing: String, Sendable {
        /// As in nginx-proxy.
        case same
        /// As in nginx-proxy where that works, and in more cases.
        case better
        /// In another way, which the operator must know of.
        case different
        /// Not at all.
        case unsupported = "not supported"
    }

    /// The name of the variable or label; of a file its path in `/etc/nginx`.
    package let name: String
    /// How it works here.
    package let standing: Standing
    /// What happens instead, as the end of a sentence; empty where nothing differs by the setting alone.
    package let difference: String
    /// The values with which nothing differs.
    package let harmless: Set<String>

    init(_ name: String, _ standing: Standing, _ difference: String = "", harmless: Set<String> = []) {
        self.name = name
        self.standing = standing
        self.difference = difference
        self.harmless = harmless
    }

    /// Whether it has no effect here at all.
    var isWithoutEffect: Bool { standing == .unsupported }

    /// What to tell whoever has set it to this value; nil where nothing differs.
    func remark(on value: String) -> String? {
        guard !difference.isEmpty, !harmless.contains(value.lowercased()) else { return nil }
        return isWithoutEffect ? "has no effect: \(difference)" : difference
    }
}

extension NginxProxySetting {
    /// The row of a variable of the proxy.
    static func row(_ name: String) -> NginxProxySetting? { proxyVariables.first { $0.name == name } }
}
