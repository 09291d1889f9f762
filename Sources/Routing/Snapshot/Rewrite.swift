internal import Bytes

/// What `rewrite` does where its pattern is found in the path.
package struct Rewrite: Hashable, Sendable {
    /// What is looked for.
    package var pattern: Pattern
    /// What the path becomes; for a redirect, where the client is sent.
    package var path: Template
    /// What the query becomes, which stands behind the `?` of the replacement; nil where it has none. Never set for a redirect,
    /// whose query is part of `path`.
    package var query: Template?
    /// Whether the query of the request is kept, behind the new one; a `?` at the end of the replacement drops it.
    package var keepsQuery: Bool
    /// Whether the replacement of a redirect has a query of its own.
    package var hasQuery: Bool
    /// How the request goes on.
    package var outcome: Outcome

    /// How a request goes on behind a rewrite.
    package enum Outcome: Hashable, Sendable {
        /// With the next step; a location is chosen anew behind the last one.
        case next
        /// `last`: a location is chosen anew.
        case last
        /// `break`: it stays in its location.
        case stop
        /// `redirect`, `permanent`, or a replacement that begins with a scheme: the client is sent there with this status.
        case redirect(Int)
    }

    /// A rewriting of paths in which the pattern is found.
    package init(
        pattern: Pattern, path: Template, query: Template? = nil, keepsQuery: Bool = true, hasQuery: Bool = false,
        outcome: Outcome = .next
    ) {
        self.pattern = pattern
        self.path = path
        self.query = query
        self.keepsQuery = keepsQuery
        self.hasQuery = hasQuery
        self.outcome = outcome
    }
}
