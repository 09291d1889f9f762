package import Bytes
package import Routing
package import TLS

/// Everything that decides what happens to a request: made by the supervisor, handed whole to each worker.
package struct ServingConfiguration: Sendable {
    /// The hosts and how their requests are treated.
    package var snapshot: RoutingSnapshot
    /// The password files that the snapshot names, by path, as they were when it was made.
    package var passwordFiles: [String: PasswordSource]
    /// The certificates, and which client is shown which.
    package var certificates: CertificateSelector
    /// Whose certificates are believed of backends over TLS, by the host that `UpstreamTLS` names. A host that is missing
    /// gets no connection: its authorities are not known.
    package var backendContexts: [ByteString: BackendContext]

    /// What a TLS connection must be like for requests of a host to be taken from it, by the host's name. A host that is
    /// missing takes them from any.
    package var connectionDemands: [ByteString: ConnectionDemand]
    /// What clients are shown where no host can answer, and 500, 502, 503 or 504 is the status; nil for a page of Portico's own.
    package var errorPage: [UInt8]?

    /// The files that `access_log` names, by path, as far as they could be opened.
    package var logFiles: [String: LogFile] = [:]

    /// The given parts, which belong together.
    package init(
        snapshot: RoutingSnapshot, passwordFiles: [String: PasswordSource], certificates: CertificateSelector,
        backendContexts: [ByteString: BackendContext] = [:], connectionDemands: [ByteString: ConnectionDemand] = [:]
    ) {
        self.snapshot = snapshot
        self.passwordFiles = passwordFiles
        self.certificates = certificates
        self.backendContexts = backendContexts
        self.connectionDemands = connectionDemands
    }
}
