internal import Bytes
internal import Net

/// One worker's listening socket: it turns waiting connections into downstreams.
final class DownstreamListener: EventSource {
    /// How many connections are taken before others get their turn.
    private static let batchSize = 64
    /// How many connections may wait to be taken (the backlog of listen(2)).
    private static let longestQueue = 4096
    /// How long accepting pauses when descriptors have run out.
    private static let pause = Timeout.milliseconds(100)

    private unowned(unsafe) let worker: Worker
    private let descriptor: FileDescriptor
    /// Where it listens.
    let address: ListenAddress
    private var token = Token.none

    /// - Throws: `SystemError` when the kernel refuses to watch the socket.
    init(worker: Worker, socket: ListeningSocket) throws(SystemError) {
        self.worker = worker
        address = socket.address
        descriptor = FileDescriptor(owning: socket.raw)
        // Connections have it from here (tcp(7)).
        Socket.setNoDelay(socket.raw)
        token = try worker.loop.add(socket.raw, self, interest: .reading)
    }

    func ready(_ readiness: Readiness) {
        for _ in 0..<Self.batchSize {
            do {
                guard let connection = try Socket.accept(descriptor.raw) else { return }
                let number = connection.descriptor.raw
                open(connection)
                // A few are still let in, for whatever holds the memory may not be what clients have.
                guard !worker.memory.isShort else { return wait() }
                guard number >= worker.descriptors.crowded else { continue }
                let isFull = number >= worker.descriptors.clients
                if !worker.makeRoom(isFull: isFull), isFull { return rest() }
            } catch {
                guard worker.makeRoom(isFull: true) else { return rest() }
            }
        }
    }

    func deadlinePassed() {
        guard worker.descriptors.admitsClients(asking: descriptor.raw) || worker.makeRoom(isFull: true) else {
            return rest()
        }
        try? worker.loop.modify(descriptor.raw, token, interest: .reading)
    }

    /// Accepts nothing for a while. Connections wait in the kernel's queue; spinning would not bring a descriptor back.
    private func rest() {
        wait()
        worker.reportDescriptorShortage()
    }

    private func wait() {
        try? worker.loop.modify(descriptor.raw, token, interest: .paused)
        worker.loop.setDeadline(Self.pause, for: token)
    }

    private func open(_ connection: consuming AcceptedConnection) {
        guard let peer = connection.peer else { return }
        let socket = connection.unpack()
        guard worker.settings.requiresProxyHeader else {
            return worker.serve(socket, peer: peer, through: address)
        }
        try? ProxyHeaderReader(worker: worker, socket: socket, peer: peer, listener: address).start()
    }

    /// Takes the connections that wait, which the kernel would reset otherwise, and stops listening.
    func close() {
        // Clients that go on connecting cannot hold this up for ever.
        for _ in 0..<Self.longestQueue {
            guard let connection = try? Socket.accept(descriptor.raw) else { break }
            open(connection)
        }
        worker.loop.remove(token)
    }
}
