internal import Bytes
internal import Proxy

extension TrustedProxies {
    /// Reads `TRUST_DOWNSTREAM_PROXY`: `true`, `false`, or the networks of the proxies that are trusted, with commas.
    ///
    /// Unlike nginx-proxy it is off unless set: a client could else make up its address.
    /// - Throws: `SettingsError.trustedProxies` for anything else.
    init(_ environment: Environment) throws(SettingsError) {
        let name = "TRUST_DOWNSTREAM_PROXY"
        guard let text = environment[name] else {
            self = .none
            return
        }
        if let flag = try? environment.flag(name) {
            self = flag ? .all : .none
            return
        }
        var networks: [IPNetwork] = []
        for part in text.split(separator: ",") {
            guard let network = IPNetwork(part.filter { $0 != " " }) else { throw .trustedProxies(text) }
            networks.append(network)
        }
        guard !networks.isEmpty else { throw .trustedProxies(text) }
        self = .networks(networks)
    }
}
