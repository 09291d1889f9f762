/// Where a host is served over one scheme.
package enum HostPort: Hashable, Sendable {
    /// Wherever Portico listens for the scheme by its own settings.
    case standard
    /// On this port, and there alone.
    case external(UInt16)
    /// Nowhere: what was asked for cannot be had.
    case none
}

/// A port that is listened on because hosts ask for it.
package struct ExternalPort: Hashable, Sendable {
    /// The number.
    package var number: UInt16
    /// Whether clients speak TLS on it.
    package var isSecure: Bool

    /// A port for one scheme.
    package init(_ number: UInt16, isSecure: Bool) {
        self.number = number
        self.isSecure = isSecure
    }
}
