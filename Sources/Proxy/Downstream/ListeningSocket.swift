internal import Bytes
internal import Net

/// A socket that listens, on its way to the worker that will own it.
struct ListeningSocket: Sendable {
    /// The descriptor, which its worker will close.
    let raw: Int32
    /// Where it listens, with the port that the kernel chose.
    let address: ListenAddress

    /// Opens `count` sockets on an address, one for each worker; all of them have the same port where the kernel chooses it.
    static func open(_ address: ListenAddress, count: Int) throws(ListenError) -> [ListeningSocket] {
        var address = address
        var sockets: [ListeningSocket] = []
        do throws(SystemError) {
            address.endpoint = try taken(address.endpoint)
            for _ in 0..<count {
                let socket = try Socket.listen(on: .ip(address.endpoint), sharesPort: true)
                sockets.append(ListeningSocket(raw: socket.release(), address: address))
            }
            return sockets
        } catch {
            for socket in sockets { socket.close() }
            throw ListenError(address: address.endpoint, cause: error)
        }
    }

    /// Shares sockets that listen already among `count` workers: each gets all that no other one has, or another descriptor of one
    /// that others have too.
    ///
    /// - Returns: each with the number of its worker.
    static func adopt(
        _ inherited: [Int32], _ address: ListenAddress, count: Int
    ) throws(ListenError) -> [(worker: Int, socket: ListeningSocket)] {
        var address = address
        if let first = inherited.first { address.endpoint = Socket.localEndpoint(first) ?? address.endpoint }
        var shares = inherited.enumerated().map { index, raw in
            (worker: index % count, socket: ListeningSocket(raw: raw, address: address))
        }
        do throws(SystemError) {
            for worker in 0..<count where worker >= inherited.count {
                let copy = try Socket.duplicate(inherited[worker % inherited.count])
                shares.append((worker, ListeningSocket(raw: copy.release(), address: address)))
            }
            return shares
        } catch {
            for share in shares { share.socket.close() }
            throw ListenError(address: address.endpoint, cause: error)
        }
    }

    /// Makes sure that nobody else listens there, and says which port the kernel chooses.
    ///
    /// A socket that shares its port would also share it with another server of this user, and take a part of its clients; so
    /// the port is first taken for this process alone.
    private static func taken(_ endpoint: Endpoint) throws(SystemError) -> Endpoint {
        let probe = try Socket.listen(on: .ip(endpoint))
        return Socket.localEndpoint(probe.raw) ?? endpoint
    }

    /// Closes it, where no worker takes it.
    func close() { _ = FileDescriptor(owning: raw) }
}
