package import Bytes

/// A part of a host: the requests whose path it covers, how they are treated, and where they go.
package struct Location: Sendable {
    /// The prefix of the paths that are covered.
    package var path: ByteString
    /// What the directives set.
    package var settings: LocationSettings
    /// The backends; nil where none was configured, which only a location that answers by itself (`return`) may lack.
    package var upstream: Upstream?

    /// The location for all paths below `path`.
    package init(path: ByteString = "/", settings: LocationSettings = LocationSettings(), upstream: Upstream? = nil) {
        self.path = path
        self.settings = settings
        self.upstream = upstream
    }
}
