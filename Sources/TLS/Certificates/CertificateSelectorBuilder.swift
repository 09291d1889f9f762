package import Bytes

/// Builds selectors from what is configured, and keeps the settings of certificates that stayed the same.
package struct CertificateSelectorBuilder {
    /// What is to be served.
    package struct Plan: Sendable {
        /// The usable certificates by pair name.
        package var certificates: [String: Certificate]
        /// How each host is served. A host is a name in lower case, `*.` and a name, a name and `.*`, or an address. One
        /// that leads to nil is refused, like one whose pair is not usable.
        package var hosts: [ByteString: TLSHost?] = [:]
        /// How the names of regular expressions are served, in the order in which they are tried.
        package var patterns: [(matches: @Sendable (ByteString) -> Bool, host: TLSHost?)] = []
        /// The groups for finite-field DHE, by pair name.
        package var parameters: [String: DHParameters] = [:]
        /// The group for pairs that have none of their own; nil for none.
        package var standardParameters = DHParameters.standard
        /// How clients are served that name an unknown host, or none; nil when they are to be refused.
        package var stranger: TLSHost?

        /// Whether clients are offered HTTP/2 that name no host and are shown a pair that no host has.
        package var offersHTTP2 = false

        /// A plan that serves nobody yet.
        package init(certificates: [String: Certificate]) { self.certificates = certificates }

        fileprivate func parameters(for pair: String) -> DHParameters? { parameters[pair] ?? standardParameters }
    }

    /// What serves the certificates of pairs that OpenSSL could not be set up for, by pair name.
    package private(set) var problems: [String: TLSError] = [:]

    private let policy: TLSPolicy
    private var contexts: [TLSHost: TLSContext] = [:]
    /// How many names of the last selector are served in each way.
    private var uses: [TLSHost: Int] = [:]

    /// A builder with a policy for certificates that no host uses.
    package init(policy: TLSPolicy = .mozillaIntermediate) {
        self.policy = policy
    }

    /// Builds the selector for what is planned.
    package mutating func build(_ plan: Plan) -> CertificateSelector {
        renew(plan)
        var selector = CertificateSelector()
        selector.fallback = plan.stranger.flatMap { contexts[$0] }
        uses = [:]
        var exact: [ByteString: TLSContext?] = [:]
        exact.reserveCapacity(plan.hosts.count)
        // Most names are served like the one before.
        var last: (host: TLSHost, context: TLSContext?, count: Int)?
        func count() {
            if let last, last.context != nil { uses[last.host, default: 0] += last.count }
        }
        for (name, host) in plan.hosts {
            if let host, host != last?.host {
                count()
                last = (host, contexts[host], 0)
            }
            let context = host == nil ? nil : last?.context
            if host != nil { last?.count += 1 }
            if let context, let address = name.withBytes({ IPAddress($0) }) { selector.byAddress[address] = context }
            if name.bytes.starts(with: "*.".utf8) {
                selector.suffixes[ByteString(Array(name.bytes.dropFirst()))] = .some(context)
            } else if name.bytes.suffix(2).elementsEqual(".*".utf8) {
                selector.prefixes[ByteString(Array(name.bytes.dropLast()))] = .some(context)
            } else {
                exact[name] = .some(context)
            }
        }
        count()
        selector.exact = ServedNames(exact)
        for (matches, host) in plan.patterns {
            let context = host.flatMap { contexts[$0] }
            if let host, context != nil { uses[host, default: 0] += 1 }
            selector.patterns.append(CertificateSelector.NamePattern(matches: matches, context: context))
        }
        addAddresses(to: &selector, used: Set(uses.keys), stranger: plan.stranger)
        return selector
    }

    /// The last selector with some names taken out and others put in, as if it had been built so from the start.
    ///
    /// - Parameters:
    ///   - gone: the names to take out, each of which one host had, and how that was served.
    ///   - new: the names to put in and how they are served.
    /// - Returns: nil where it has to be built: for names that are no plain ones, that are there already, or that change which
    ///   certificates are in use.
    package mutating func change(
        _ selector: CertificateSelector, without gone: [(name: ByteString, host: TLSHost?)],
        with new: [(name: ByteString, host: TLSHost?)]
    ) -> CertificateSelector? {
        var (selector, changed) = (selector, uses)
        for (name, host) in gone {
            guard Self.isPlain(name), selector.exact[name] != nil else { return nil }
            selector.exact[name] = nil
            if let host, contexts[host] != nil { changed[host, default: 0] -= 1 }
        }
        for (name, host) in new {
            guard Self.isPlain(name), selector.exact[name] == nil else { return nil }
            let context = host.flatMap { contexts[$0] }
            if let host {
                guard context != nil else { return nil }
                changed[host, default: 0] += 1
            }
            selector.exact[name] = .some(context)
        }
        guard changed.count == uses.count, changed.values.allSatisfy({ $0 > 0 }) else { return nil }
        uses = changed
        return selector
    }

    /// Whether the name stands for itself alone, and is no address.
    private static func isPlain(_ name: ByteString) -> Bool {
        !name.bytes.contains(UInt8(ascii: "*")) && name.withBytes { IPAddress($0) } == nil
    }

    /// A certificate object that is still the same keeps its settings, and with them what OpenSSL has prepared in them.
    private mutating func renew(_ plan: Plan) {
        problems = [:]
        var wanted = Set(plan.certificates.keys.map { TLSHost($0, policy: policy, offersHTTP2: plan.offersHTTP2) })
        var last: TLSHost?
        for case let host? in plan.hosts.values where host != last {
            wanted.insert(host)
            last = host
        }
        wanted.formUnion(plan.patterns.compactMap(\.host))
        if let stranger = plan.stranger { wanted.insert(stranger) }
        contexts = contexts.filter {
            wanted.contains($0.key) && plan.certificates[$0.key.pair] === $0.value.certificate
                && plan.parameters(for: $0.key.pair) === $0.value.parameters
        }
        for host in wanted where contexts[host] == nil {
            guard let certificate = plan.certificates[host.pair] else { continue }
            do throws(TLSError) {
                contexts[host] = try TLSContext(
                    certificate: certificate, policy: host.policy, protocols: host.protocols, clients: host.clients,
                    parameters: plan.parameters(for: host.pair))
            } catch {
                problems[host.pair] = error
            }
        }
    }

    /// Where several certificates list an address, the one of strangers goes first, then those in use, then their names
    /// decide.
    private func addAddresses(to selector: inout CertificateSelector, used: Set<TLSHost>, stranger: TLSHost?) {
        func rank(_ host: TLSHost) -> Int { host == stranger ? 0 : used.contains(host) ? 1 : 2 }
        // Who names no host is asked for a certificate only where there is no other choice.
        // Where one of the hosts does not speak HTTP/2, who names none is not offered it.
        func order(_ host: TLSHost) -> (Int, String, String, String, Int) {
            (rank(host), host.pair, host.clients?.host.text ?? "", host.policy.name, host.offersHTTP2 ? 1 : 0)
        }
        let ordered = contexts.keys.sorted { order($0) < order($1) }
        for host in ordered {
            guard let context = contexts[host] else { continue }
            for address in context.certificate.addresses where selector.byAddress[address] == nil {
                selector.byAddress[address] = context
            }
        }
        // Behind a port that is mapped to this host, the address that the client dialled is not the one it arrives at.
        var seen: Set<TLSHost> = []
        let candidates = (used.isEmpty ? ordered : ordered.filter { used.contains($0) }).filter { host in
            var alike = host
            alike.offersHTTP2 = false
            return seen.insert(alike).inserted
        }
        let withAddress = Set(selector.byAddress.values.map(ObjectIdentifier.init))
        let dialled = candidates.filter { contexts[$0].map { withAddress.contains(ObjectIdentifier($0)) } ?? false }
        let host = candidates.count == 1 ? candidates.first : dialled.count == 1 ? dialled.first : nil
        selector.unnamed = host.flatMap { contexts[$0] }
    }
}
