internal import Bytes

/// One `proxy_redirect`.
package enum RedirectRule: Hashable, Sendable {
    /// `default`: the address in `proxy_pass`, which becomes the location's path.
    case implicit
    /// A beginning, and what takes its place.
    case beginning(Template, Template)
    /// A regular expression, and what the whole becomes.
    case pattern(Pattern, Template)
}
