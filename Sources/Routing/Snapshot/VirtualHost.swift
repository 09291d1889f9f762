package import Bytes

/// One site: the names that it answers to, how it treats the two schemes, and where its requests go.
package struct VirtualHost: Equatable, Sendable {
    /// The name that it was declared by (`VIRTUAL_HOST` or the name of its file), lower-case: `$server_name`.
    package var name: ByteString
    /// Every name that leads here, the declared one first.
    package var names: [HostPattern]
    /// How http and https are treated, after a missing certificate was taken into account.
    package var httpsMethod: HTTPSMethod
    /// The name of the certificate pair in the folder of certificates; nil where https cannot be served.
    package var certificate: String?
    /// Why it is that one.
    package var certificateSource: CertificateSource?
    /// The status with which OPTIONS, POST, PUT, PATCH and DELETE are redirected to https: 301, or 307 or 308, with which
    /// clients repeat method and body (RFC 9110 §15.4).
    package var nonGetRedirect = 301
    /// The name of the policy that decides on versions and ciphers of TLS (`SSL_POLICY`); nil for that of all hosts.
    package var tlsPolicy: String?
    /// Whether clients may speak HTTP/2 to it (`ENABLE_HTTP2`, `http2`).
    package var speaksHTTP2 = true
    /// Which certificates clients must show; nil where they are not asked for one.
    package var clients: ClientCertificateRule?
    /// The value of Strict-Transport-Security, to be sent on every https answer; nil where it is not sent.
    package var hsts: ByteString?
    /// Whether it answers the challenges of certificate authorities with files.
    package var challenges = ChallengeMode.never
    /// Where it is served over http.
    package var httpPort = HostPort.standard
    /// Where it is served over https.
    package var httpsPort = HostPort.standard
    /// Where requests go by their path, in the order in which patterns are tried; a path of
    /// none is answered with 404. A location's number is its index here.
    package var locations: [Location]
    /// What the directives outside of every location set, for the answers of `steps`.
    package var surroundings: LocationSettings {
        _read { yield sharedSurroundings.settings }
        set { sharedSurroundings = SharedSettings(newValue) }
    }
    /// The same, as an object that other hosts may have too.
    package var sharedSurroundings = standardSurroundings
    /// What is done to requests before a location is chosen.
    package var steps: [RewriteStep] = []
    /// Whether something may ask what the groups of its regular expressions have matched.
    package var usesCaptures = false
    /// Where the directives stand that hold for the whole host, level by level, the outermost first.
    package var origins: [[DirectiveOrigin]] = []
    /// Set when the host must answer every request with an error, because its rules could not be read.
    package var shut: Shut?
    /// What the host's file said when it could last be read, so that a broken edit changes nothing.
    var file: CompiledFile?

    private static let standardSurroundings = SharedSettings(LocationSettings())

    /// Why a host is shut and what it answers.
    package struct Shut: Hashable, Sendable {
        /// The status of the answer.
        package var status: Int
        /// What must be repaired.
        package var diagnostic: Diagnostic

        /// Every request is answered with the status.
        package init(status: Int = 503, diagnostic: Diagnostic) {
            self.status = status
            self.diagnostic = diagnostic
        }
    }

    /// What happens to a request by the scheme that it came with.
    package enum SchemeRule: Sendable {
        /// It is served.
        case serve
        /// It is redirected to https.
        case redirect
        /// It is answered as if the host were unknown.
        case unknown
    }

    /// A host with these locations; it answers to its own name when no names are given.
    package init(
        name: ByteString,
        names: [HostPattern]? = nil,
        httpsMethod: HTTPSMethod = .noredirect,
        certificate: String? = nil,
        hsts: ByteString? = nil,
        locations: [Location],
        shut: Shut? = nil
    ) {
        self.name = name
        self.names = names ?? [.exact(name)]
        self.httpsMethod = httpsMethod
        self.certificate = certificate
        self.hsts = hsts
        self.locations = locations
        self.shut = shut
        file = nil
    }

    /// The files that `access_log` names.
    var logFiles: Set<String> {
        locations.reduce(into: Set(surroundings.accessLogging.paths)) { $0.formUnion($1.settings.accessLogging.paths) }
    }

    /// Whether challenges that come over https, or over http, are answered with files.
    package func answersChallenges(isHTTPS: Bool) -> Bool {
        switch challenges {
        case .always: isHTTPS ? httpsMethod == .noredirect : true
        case .never: false
        case .legacy: !isHTTPS && httpsMethod == .redirect
        }
    }

    /// What happens to a request that came over https, or over http.
    package func rule(isHTTPS: Bool) -> SchemeRule {
        switch httpsMethod {
        case .redirect: isHTTPS ? .serve : .redirect
        case .noredirect: .serve
        case .nohttp: isHTTPS ? .serve : .unknown
        case .nohttps: isHTTPS ? .unknown : .serve
        }
    }
}
