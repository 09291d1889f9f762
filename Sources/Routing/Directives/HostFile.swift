internal import Bytes

/// What a host's file comes to: its directives compiled.
struct HostFile: Hashable, Sendable {
    /// The path that it was read from.
    var path: String
    /// What its directives come to, but for what follows.
    var level = DirectiveLevel()
    /// The names that `server_name` adds.
    var names: [HostPattern] = []
    /// Where `proxy_pass` sends requests; empty where the file has none.
    var servers: [StaticServer] = []
    /// Whether `proxy_pass` sends requests over TLS.
    var isUpstreamTLS = false
    /// The name that `proxy_pass` names its backend by; nil where it gives an address or a group.
    var upstreamName: ByteString?
    /// The name that backends over TLS are asked for (`proxy_ssl_name`); nil where another one fits.
    var backendName: ByteString?
    /// The file of the authorities that backends over TLS are verified with (`proxy_ssl_verify`); nil for the one that is
    /// named after the host.
    var backendAuthorities: String?
    /// Whether clients may speak HTTP/2 (`http2`); nil where the file does not say.
    var speaksHTTP2: Bool?
    /// What is asked of clients' certificates (`ssl_verify_client`); nil where the file does not say.
    var clientDemand: ClientCertificateRule.Demand?
    /// The file of authorities of clients' certificates (`ssl_client_certificate`); nil for the one that is named after the
    /// host.
    var clientAuthorities: String?
    /// How many authorities may stand between a client and one that is known (`ssl_verify_depth`).
    var clientDepth: Int?
    /// What those authorities have taken back (`ssl_crl`).
    var clientRevocations: String?
    /// The first `upstream` that `proxy_pass` names, which says how requests are shared; nil where it names none.
    var group: ServerGroup?
    /// What stands for them in `$proxy_host`; nil where the host's own name does.
    var proxyHost: ByteString?
    /// What stands for them in `$proxy_port`.
    var proxyPort: UInt16 = 80

    /// What it declares, and what was declared before it.
    var declarations = Declarations()
    /// Whether something in it may ask what the groups of a regular expression have matched.
    var usesCaptures = false

    /// What its directives set.
    var settings: DirectiveSettings { level.settings }

    /// Whether it says by itself what becomes of every path.
    var servesEveryPath: Bool { !servers.isEmpty || level.returned != nil }

    /// Whether a host of this file needs no container.
    var standsAlone: Bool {
        servesEveryPath || !level.locations.isEmpty || !level.steps.isEmpty || settings.fileBase != nil
    }
}
