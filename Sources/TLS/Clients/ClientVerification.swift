package import Bytes

/// What a host asks of its clients' certificates (nginx's `ssl_verify_client`).
package final class ClientVerification: Sendable {
    /// How much is asked.
    package enum Demand: Sendable {
        /// A certificate that one of the authorities has signed.
        case trusted
        /// None, or one that one of the authorities has signed.
        case trustedOrNone
        /// None, or any that is in order but for who has signed it: the backend decides (`optional_no_ca`).
        case any
    }

    /// The host. What a client has shown to one is not shown to another.
    package let host: ByteString
    /// Who signs its clients' certificates.
    package let authorities: ClientAuthorities
    /// How much is asked.
    package let demand: Demand

    /// How many authorities may stand between a client and one that is known (nginx's `ssl_verify_depth`).
    package let depth: Int

    /// The demand of a host.
    package init(host: ByteString, authorities: ClientAuthorities, demand: Demand, depth: Int = 1) {
        self.depth = depth
        self.host = host
        self.authorities = authorities
        self.demand = demand
    }

    /// Whether a client that has shown this may come in; else why not.
    func refusal(of verdict: ClientVerdict) -> ConnectionDemand.Refusal? {
        switch verdict {
        case .trusted: nil
        case .none: demand == .trusted ? .noCertificate : nil
        case .untrusted(let fault): demand == .any && fault.isOfSigner ? nil : .badCertificate
        }
    }
}

extension ClientVerification: Hashable {
    package static func == (a: ClientVerification, b: ClientVerification) -> Bool { a === b }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
