package import Bytes

/// Builds selectors from what is configured, and keeps the settings of certificates that stayed the same.
package struct CertificateSelectorBuilder {
    /// What serves the certificates of pairs that OpenSSL could not be set up for, by pair name.
    package private(set) var problems: [String: TLSError] = [:]

    private let policy: TLSPolicy
    private let protocols: [ByteString]
    private var contexts: [String: TLSContext] = [:]

    /// A builder for one policy and one list of application protocols, the preferred one first.
    package init(policy: TLSPolicy = .mozillaIntermediate, protocols: [ByteString] = ["http/1.1"]) {
        self.policy = policy
        self.protocols = protocols
    }

    /// Builds the selector for the hosts.
    ///
    /// - Parameters:
    ///   - certificates: the usable certificates by pair name.
    ///   - hosts: the pair that each host is served with over TLS. A host is a name in lower case, `*.` and a name, a name
    ///     and `.*`, or an address; a regular expression (`~…`) cannot be answered for and is passed over. So is a host
    ///     whose pair is not usable.
    ///   - defaultPair: the pair for clients that name an unknown host, or none; nil when there is to be none.
    package mutating func build(
        certificates: [String: Certificate], hosts: [ByteString: String], defaultPair: String?
    ) -> CertificateSelector {
        renew(certificates)
        var selector = CertificateSelector()
        selector.fallback = defaultPair.flatMap { contexts[$0] }
        var used: Set<String> = []
        for (host, pair) in hosts {
            guard let context = contexts[pair], !host.bytes.starts(with: "~".utf8) else { continue }
            used.insert(pair)
            if let address = host.withBytes({ IPAddress($0) }) { selector.byAddress[address] = context }
            if host.bytes.starts(with: "*.".utf8) {
                selector.suffixes[ByteString(Array(host.bytes.dropFirst()))] = context
            } else if host.bytes.suffix(2).elementsEqual(".*".utf8) {
                selector.prefixes[ByteString(Array(host.bytes.dropLast()))] = context
            } else {
                selector.exact[host] = context
            }
        }
        addAddresses(to: &selector, used: used, defaultPair: defaultPair)
        return selector
    }

    /// A certificate object that is still the same keeps its settings, and with them what OpenSSL has prepared in them.
    private mutating func renew(_ certificates: [String: Certificate]) {
        problems = [:]
        contexts = contexts.filter { certificates[$0.key] === $0.value.certificate }
        for (pair, certificate) in certificates where contexts[pair] == nil {
            do throws(TLSError) {
                contexts[pair] = try TLSContext(certificate: certificate, policy: policy, protocols: protocols)
            } catch {
                problems[pair] = error
            }
        }
    }

    /// Where several certificates list an address, the default one goes first, then those in use, then their names decide.
    private func addAddresses(to selector: inout CertificateSelector, used: Set<String>, defaultPair: String?) {
        func rank(_ pair: String) -> Int { pair == defaultPair ? 0 : used.contains(pair) ? 1 : 2 }
        let ordered = contexts.keys.sorted { (rank($0), $0) < (rank($1), $1) }
        for pair in ordered {
            guard let context = contexts[pair] else { continue }
            for address in context.certificate.addresses where selector.byAddress[address] == nil {
                selector.byAddress[address] = context
            }
        }
        // Behind a port that is mapped to this host, the address that the client dialled is not the one it arrives at.
        let candidates = used.isEmpty ? ordered : ordered.filter { used.contains($0) }
        let withAddress = Set(selector.byAddress.values.map(ObjectIdentifier.init))
        let dialled = candidates.filter { contexts[$0].map { withAddress.contains(ObjectIdentifier($0)) } ?? false }
        let pair = candidates.count == 1 ? candidates.first : dialled.count == 1 ? dialled.first : nil
        selector.unnamed = pair.flatMap { contexts[$0] }
    }
}
