package import Bytes

/// A part of a host: the requests whose path it covers, how they are treated, and where they go.
package struct Location: Sendable {
    /// Which paths are covered.
    package var match: LocationMatch
    /// What the directives set.
    package var settings: LocationSettings
    /// The backends; nil where none was configured, which only a location that answers by itself (`return`) may lack.
    package var upstream: Upstream?
    /// What the backend gets in place of the path that `match` holds, the rest normalised and escaped again; nil where it gets
    /// the target as it came (nginx: the URI of `proxy_pass`; `VIRTUAL_DEST`). It begins with `/`; never set beside a pattern.
    package var destination: ByteString?
    /// What the location's file said when it could last be read, so that a broken edit changes nothing.
    var file: HostFile?

    /// A location, for all paths where none are given.
    package init(
        match: LocationMatch = .prefix("/"),
        settings: LocationSettings = LocationSettings(),
        upstream: Upstream? = nil,
        destination: ByteString? = nil
    ) {
        self.match = match
        self.settings = settings
        self.upstream = upstream
        self.destination = destination
        file = nil
    }
}
