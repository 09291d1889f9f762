/// The places where a directive may stand.
struct DirectiveContexts: OptionSet, Hashable, Sendable {
    let rawValue: UInt16

    /// A file of `vhost.d`, which is the inside of nginx's `server { }`.
    static let server = DirectiveContexts(rawValue: 1)
    /// The inside of `upstream NAME { }`.
    static let upstream = DirectiveContexts(rawValue: 2)
    /// The inside of `location PATH { }`, as a file of `vhost.d` for locations is.
    static let location = DirectiveContexts(rawValue: 4)
    /// The inside of an `if` that stands outside of every location.
    static let serverIf = DirectiveContexts(rawValue: 8)
    /// The inside of an `if` in a location.
    static let locationIf = DirectiveContexts(rawValue: 16)
    /// The inside of `limit_except`.
    static let limitExcept = DirectiveContexts(rawValue: 32)
    /// A file of `vhost.d` that replaces a location.
    static let override = DirectiveContexts(rawValue: 64)

    /// A file for all hosts, which is the inside of nginx's `http { }`.
    static let http = DirectiveContexts(rawValue: 128)

    /// Where settings may stand.
    static let settings: DirectiveContexts = [.http, .server, .location]
    /// Where steps of rewriting may stand.
    static let rewriting: DirectiveContexts = [.server, .location, .serverIf, .locationIf]

    /// Where rules of access may stand.
    static let access: DirectiveContexts = [.http, .server, .location, .limitExcept]

    /// Everywhere.
    static let everywhere = DirectiveContexts(rawValue: .max)

    /// Where that is, in words.
    var place: String {
        if contains([.server, .location]) { return "in a virtual host's file or a location" }
        if contains(.server) { return "in a virtual host's file" }
        if contains(.location) { return "in a location" }
        if contains(.upstream) { return "inside upstream { }" }
        if contains(.locationIf) { return "in the if of a location" }
        if contains(.serverIf) { return "in an if outside of a location" }
        if contains(.http) { return "in a file for all hosts" }
        return contains(.override) ? "in a file that replaces a location" : "inside limit_except { }"
    }
}
