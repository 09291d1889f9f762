package import Bytes
package import Net

/// Why the process cannot listen.
package struct ListenError: Error, Sendable {
    /// The address that cannot be had; nil when something else was lacking.
    package let address: Endpoint?
    /// What the kernel said; EADDRINUSE when the port is taken, EACCES when it may not be taken.
    package let cause: SystemError
}

/// A socket that listens, on its way to the worker that will own it.
struct ListeningSocket: Sendable {
    /// The descriptor, which its worker will close.
    let raw: Int32
    /// Whether clients speak TLS on it.
    let isSecure: Bool

    /// Opens `count` sockets on each of the addresses, one for each worker; all of them have the same port where the
    /// kernel chooses it.
    static func open(
        _ addresses: [Endpoint], count: Int, isSecure: Bool
    ) throws(ListenError) -> (sockets: [[ListeningSocket]], addresses: [Endpoint]) {
        var sockets = [[ListeningSocket]](repeating: [], count: count)
        var bound: [Endpoint] = []
        for address in addresses {
            var address = address
            do {
                // A socket that shares its port would also share it with another server of this user, and take a part
                // of its clients; so the port is first taken for this process alone.
                let probe = try Socket.listen(on: .ip(address))
                address = Socket.localEndpoint(probe.raw) ?? address
            } catch {
                throw ListenError(address: address, cause: error)
            }
            for worker in 0..<count {
                do {
                    let socket = try Socket.listen(on: .ip(address), sharesPort: true)
                    sockets[worker].append(ListeningSocket(raw: socket.release(), isSecure: isSecure))
                } catch {
                    throw ListenError(address: address, cause: error)
                }
            }
            bound.append(address)
        }
        return (sockets, bound)
    }
}
