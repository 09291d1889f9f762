package import Bytes

/// A part of a host: the requests whose path it covers, how they are treated, and where they go.
package struct Location: Equatable, Sendable {
    /// Which paths are covered.
    package var match: LocationMatch
    /// The number of the location that this one stands in; nil on the level of the host.
    package var parent: Int?
    /// What the directives set.
    package var settings: LocationSettings {
        _read { yield shared.settings }
        set { shared = SharedSettings(newValue) }
    }
    /// The same, as an object that other locations may have too.
    package var shared: SharedSettings
    /// The backends; nil where none was configured: such a location answers by itself, or with 404.
    package var upstream: Upstream?
    /// The backends where the address in `proxy_pass` holds variables; `upstream` is nil then.
    package var choice: UpstreamChoice?
    /// What the backend gets in place of the path that `match` holds, the rest normalised and escaped again; nil where it gets
    /// the target as it came (nginx: the URI of `proxy_pass`; `VIRTUAL_DEST`). It begins with `/`; never set beside a pattern.
    package var destination: ByteString?
    /// What `destination` takes the place of, where that does not stand in `match`.
    package var base: ByteString?
    /// The whole target that the backend gets, where the URI of `proxy_pass` holds variables.
    package var target: Template?
    /// What is done to requests before they are served.
    package var steps: [RewriteStep] = []
    /// The numbers of the locations that the `if`s of `steps` lead to.
    package var blocks: [Int] = []
    /// Which methods are treated as another location says (`limit_except`).
    package var exception: MethodException?
    /// Whether only inner redirects lead here; other requests are answered with 404 (`internal`).
    package var isInternal = false
    /// How requests become those of a FastCGI application; nil where the backends speak HTTP.
    package var fastCGI: FastCGISettings?
    /// Where its `location` stands; nil for what containers ask for.
    package var place: Diagnostic.Place?
    /// Where the directives stand that hold here, level by level, the outermost first.
    package var origins: [[DirectiveOrigin]] = []
    /// What the location's file said when it could last be read, so that a broken edit changes nothing.
    var file: CompiledFile?
    /// The file that it comes from, where that takes the place of a location.
    var override: CompiledFile?

    /// A location, for all paths where none are given.
    package init(
        match: LocationMatch = .prefix("/"),
        parent: Int? = nil,
        settings: LocationSettings = LocationSettings(),
        upstream: Upstream? = nil,
        destination: ByteString? = nil
    ) {
        self.init(match: match, shared: SharedSettings(settings), upstream: upstream)
        self.parent = parent
        self.destination = destination
    }

    /// A location whose settings others may have too.
    init(match: LocationMatch, shared: SharedSettings, upstream: Upstream?) {
        self.match = match
        self.shared = shared
        self.upstream = upstream
        file = nil
    }

    /// Whether requests are passed on.
    package var isProxied: Bool { upstream != nil || choice != nil }

    /// Whether some of them may be passed on over TLS.
    package var isOverTLS: Bool { upstream?.tls != nil || choice != nil }

    /// Every upstream that requests may be passed on to.
    package var upstreams: [Upstream] { (upstream.map { [$0] } ?? []) + (choice?.candidates.map(\.upstream) ?? []) }
}
