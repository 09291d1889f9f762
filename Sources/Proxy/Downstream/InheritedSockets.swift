internal import Bytes
package import Net

/// Sockets that listen already: those of the server that this one takes over from, or that a service manager has opened.
///
/// Several of one address share its clients (SO_REUSEPORT), so that none of them may be left without anyone who accepts.
package final class InheritedSockets {
    private var sockets: [ListenAddress: [Int32]] = [:]

    /// None yet.
    package init() {}

    deinit { closeRest() }

    /// Takes over a socket that listens on the address.
    package func add(_ descriptor: consuming FileDescriptor, at address: ListenAddress) {
        sockets[address, default: []].append(descriptor.release())
    }

    /// Where they listen.
    package var addresses: [ListenAddress] {
        sockets.keys.sorted { ("\($0.endpoint)", $0.isSecure ? 1 : 0) < ("\($1.endpoint)", $1.isSecure ? 1 : 0) }
    }

    /// The sockets of the address, which are the caller's from now on; none where there are none.
    ///
    /// An address whose port is left to the kernel has those of the first one that is the same otherwise.
    func take(_ address: ListenAddress) -> [Int32] {
        if let found = sockets.removeValue(forKey: address) { return found }
        guard address.endpoint.port == 0 else { return [] }
        let same = addresses.first {
            $0.endpoint.address == address.endpoint.address && $0.isSecure == address.isSecure
                && $0.isExternal == address.isExternal
        }
        return same.flatMap { sockets.removeValue(forKey: $0) } ?? []
    }

    /// Closes those that nobody has taken.
    package func closeRest() {
        for raw in sockets.values.joined() { _ = FileDescriptor(owning: raw) }
        sockets = [:]
    }
}
