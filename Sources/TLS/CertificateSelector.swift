package import Bytes

/// Decides which certificate a client is shown, before anything but its greeting is known.
package struct CertificateSelector: Sendable {
    /// The certificates of host names without wildcards, in lower case; addresses in text form count as names.
    package var exact: [ByteString: TLSContext] = [:]
    /// The certificates of all names that end so: `.example.org` for the host `*.example.org`.
    package var suffixes: [ByteString: TLSContext] = [:]
    /// The certificates of all names that begin so: `www.example.` for the host `www.example.*`.
    package var prefixes: [ByteString: TLSContext] = [:]
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
            if let context = exact[serverName] ?? wildcard(serverName) { return context }
            // RFC 6066 §3 forbids an address as a name, but a client that sends one means what it dialled.
            guard serverName.withBytes({ IPAddress($0) }) != nil else { return fallback }
        }
        if let localAddress, let context = byAddress[localAddress] { return context }
        return fallback ?? unnamed
    }

    /// The longest suffix before the longest prefix, as nginx's `server_name` has it.
    private func wildcard(_ name: ByteString) -> TLSContext? {
        let dots = name.bytes.indices.filter { name.bytes[$0] == UInt8(ascii: ".") }
        if !suffixes.isEmpty {
            for dot in dots where dot > 0 {
                if let context = suffixes[ByteString(Array(name.bytes[dot...]))] { return context }
            }
        }
        if !prefixes.isEmpty {
            for dot in dots.reversed() {
                if let context = prefixes[ByteString(Array(name.bytes[...dot]))] { return context }
            }
        }
        return nil
    }
}
