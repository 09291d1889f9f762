/// What a connection must be for requests of a host to be taken from it.
///
/// A client may name one host in its greeting and another in its request. So a host with rules of its own about
/// connections looks whether this one was made by them (RFC 9110 §7.4, §15.5.20).
package struct ConnectionDemand: Equatable, Sendable {
    /// Why a request is refused.
    package enum Refusal: Equatable, Sendable {
        /// The connection was made for another host: 421.
        case misdirected
        /// The client has shown no certificate.
        case noCertificate
        /// The client's certificate is none that the host takes.
        case badCertificate
    }

    /// What stands for the policy by which the connection must have been made; nil for any.
    private let policy: Int?
    /// What is asked of the client's certificate; nil for nothing.
    package let clients: ClientVerification?

    /// A demand; nil where nothing is demanded.
    package init?(policy: TLSPolicy?, clients: ClientVerification?) {
        guard policy != nil || clients != nil else { return nil }
        self.policy = policy?.hashValue
        self.clients = clients
    }

    /// Why a request of the host is refused on a connection; nil where it is not.
    package func refusal(of stream: TLSStream?) -> Refusal? {
        guard let stream, let context = stream.context else { return .misdirected }
        if let policy, context.policyIdentity != policy { return .misdirected }
        guard let clients else { return nil }
        guard let verdict = stream.verdict(of: clients) else { return .misdirected }
        return clients.refusal(of: verdict)
    }
}
