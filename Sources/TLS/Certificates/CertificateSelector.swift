package import Bytes

/// Decides which certificate a client is shown, before anything but its greeting is known.
package struct CertificateSelector: Sendable {
    /// The names of a host that a regular expression stands for.
    package struct NamePattern: Sendable {
        /// Whether a name, in lower case and without a last dot, is one of them.
        package let matches: @Sendable (ByteString) -> Bool
        /// How they are served; nil refuses them.
        package let context: TLSContext?
    }

    /// How host names without wildcards are served, in lower case; addresses in text form count as names. A name that leads
    /// to nil is refused: its host is known and has no certificate.
    package var exact: ServedNames = [:]
    /// How all names are served that end so: `.example.org` for the host `*.example.org`; nil refuses them.
    package var suffixes: [ByteString: TLSContext?] = [:]
    /// How all names are served that begin so: `www.example.` for the host `www.example.*`; nil refuses them.
    package var prefixes: [ByteString: TLSContext?] = [:]
    /// How names are served that nothing above has; the first pattern that matches decides.
    package var patterns: [NamePattern] = []
    /// The certificates that list an address of this host.
    package var byAddress: [IPAddress: TLSContext] = [:]
    /// The certificate for names that no host has, and for clients that name none; nil refuses them.
    package var fallback: TLSContext?
    /// The certificate for clients that name no host when neither their address nor a fallback decides.
    package var unnamed: TLSContext?

    /// A selector that refuses everyone.
    package init() {}

    /// The certificate for a client; nil when it must be refused with unrecognized_name (RFC 6066 §3).
    ///
    /// - Parameters:
    ///   - serverName: the host that the client named, in lower case and without a last dot; nil when it named none.
    ///   - localAddress: the address of this host that the client came to.
    package func select(serverName: ByteString?, localAddress: IPAddress?) -> TLSContext? {
        if let serverName {
            if let entry = exact[serverName] ?? wildcard(serverName) ?? pattern(serverName) { return entry }
            // RFC 6066 §3 forbids an address as a name, but a client that sends one means what it dialled.
            guard serverName.withBytes({ IPAddress($0) }) != nil else { return fallback }
        }
        if let localAddress, let context = byAddress[localAddress] { return context }
        return fallback ?? unnamed
    }

    /// The longest suffix before the longest prefix, as nginx's `server_name` has it.
    private func wildcard(_ name: ByteString) -> TLSContext?? {
        let dots = name.bytes.indices.filter { name.bytes[$0] == UInt8(ascii: ".") }
        if !suffixes.isEmpty {
            for dot in dots where dot > 0 {
                if let entry = suffixes[ByteString(Array(name.bytes[dot...]))] { return entry }
            }
        }
        if !prefixes.isEmpty {
            for dot in dots.reversed() {
                if let entry = prefixes[ByteString(Array(name.bytes[...dot]))] { return entry }
            }
        }
        return nil
    }

    private func pattern(_ name: ByteString) -> TLSContext?? {
        patterns.first { $0.matches(name) }.map(\.context)
    }
}
