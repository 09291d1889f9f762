/// The places where a directive may stand.
struct DirectiveContexts: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    /// A file of `vhost.d`, which is the inside of nginx's `server { }`.
    static let server = DirectiveContexts(rawValue: 1)
    /// The inside of `upstream NAME { }`.
    static let upstream = DirectiveContexts(rawValue: 2)
    /// A file of `vhost.d` for locations, which is the inside of nginx's `location PATH { }`.
    static let location = DirectiveContexts(rawValue: 4)

    /// Where that is, in words.
    var place: String {
        if contains(.server) { return "in a virtual host's file" }
        return self == .upstream ? "inside upstream { }" : "in a file for locations"
    }
}
