/// The places where a directive may stand.
struct DirectiveContexts: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    /// A file of `vhost.d`, which is the inside of nginx's `server { }`.
    static let server = DirectiveContexts(rawValue: 1)
    /// The inside of `upstream NAME { }`.
    static let upstream = DirectiveContexts(rawValue: 2)

    /// Where that is, in words.
    var place: String { self == .upstream ? "inside upstream { }" : "in a virtual host's file" }
}
