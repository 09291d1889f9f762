internal import Bytes

/// What the directives of one level come to: those of a server, of a location, or of an `if`.
struct DirectiveLevel: Hashable, Sendable {
    /// What they set, as an object that other levels may have too.
    var shared = SharedDirectives.none
    /// What is done to requests first.
    var steps: [RewriteStep] = []
    /// What stands in the `if`s of `steps` beside steps; they are numbered by their place here.
    var branches: [DirectiveLevel] = []
    /// The locations inside, in the order written.
    var locations: [FileLocation] = []
    /// `limit_except`; at most one.
    var exceptions: [FileException] = []
    /// Where a location sends its requests.
    var pass: LocationPass?
    /// Where `internal` stands.
    var isInternal = false

    /// Where everything that was said here stands.
    var origins: [DirectiveOrigin] = []
    /// Where `auth_basic` stands.
    var realmPlace: Diagnostic.Place?
    /// Where `auth_basic_user_file` stands.
    var passwordFilePlace: Diagnostic.Place?
    /// Where the first `add_header` stands.
    var addedHeaderPlace: Diagnostic.Place?
    /// Where the first `proxy_set_header` stands.
    var requestHeaderPlace: Diagnostic.Place?

    /// `limit_except METHOD… { … }`.
    struct FileException: Hashable, Sendable {
        /// The methods that the level itself is for.
        var methods: [ByteString]
        /// What holds for the others.
        var level: DirectiveLevel
    }

    /// The answer that every request gets, whatever else stands here.
    var returned: Return? { if case .answer(let answer)? = steps.first { answer } else { nil } }
}

/// A `location` of a file.
struct FileLocation: Hashable, Sendable {
    /// Which paths it covers.
    var match: LocationMatch
    /// Where it stands.
    var place: Diagnostic.Place
    /// What stands in it.
    var level: DirectiveLevel
}
