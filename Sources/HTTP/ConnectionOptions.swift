/// What the `Connection` fields of a head ask for (RFC 9110 §7.6.1).
struct ConnectionOptions: OptionSet {
    let rawValue: UInt8

    /// The connection ends with this message.
    static let close = ConnectionOptions(rawValue: 1)
    /// The connection may carry another message, in HTTP/1.0 (RFC 9112 §9.3).
    static let keepAlive = ConnectionOptions(rawValue: 2)
    /// The `Upgrade` field is meant.
    static let upgrade = ConnectionOptions(rawValue: 4)
}
