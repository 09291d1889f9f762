internal import Net
internal import Proxy

#if canImport(Glibc)
    private import Glibc
#endif

/// The end of a server that another one takes over from: it hands over its listening sockets, goes on, and hears whether the other
/// one serves.
final class HandoverOffer: EventSource {
    /// How long the other server may take until it serves.
    static let patience = Duration.seconds(60)
    private static let ended = "it ended before it served; what it wrote says why"

    private let loop: EventLoop
    private let line: FileDescriptor
    private let succeeded: (Int32) -> Void
    private let failed: (String) -> Void
    private var token: Token?

    /// Offers the sockets over a line of packets.
    ///
    /// - Parameters:
    ///   - knowsContainers: whether this server knows the containers of its engine.
    ///   - ready: called once with the number of the other process, when it serves.
    ///   - failed: called once with the reason why it does not.
    /// - Throws: `SystemError` when the sockets cannot be handed over.
    init(
        _ listeners: [ListenAddress: [Int32]], control: Int32?, knowsContainers: Bool,
        over line: consuming FileDescriptor,
        on loop: EventLoop, ready: @escaping (Int32) -> Void, failed: @escaping (String) -> Void
    ) throws(SystemError) {
        self.loop = loop
        succeeded = ready
        self.failed = failed
        let raw = line.raw
        self.line = line
        for (address, sockets) in listeners {
            for first in stride(from: 0, to: sockets.count, by: Socket.mostDescriptors) {
                let some = Array(sockets[first..<min(first + Socket.mostDescriptors, sockets.count)])
                try Socket.send(raw, HandoverMessage.listener(address).encoded, with: some)
            }
        }
        if let control { try Socket.send(raw, HandoverMessage.control.encoded, with: [control]) }
        try Socket.send(raw, HandoverMessage.complete(knowsContainers: knowsContainers).encoded)
        let token = try loop.add(raw, self, interest: .reading)
        self.token = token
        loop.setDeadline(Self.patience, for: token)
    }

    /// Tells the other server that it is alone now.
    func release() {
        try? Socket.send(line.raw, HandoverMessage.released.encoded)
        close()
    }

    /// Takes the offer back, and says so: without a word the other server would take this one for dead, and go on alone.
    func withdraw() {
        try? Socket.send(line.raw, HandoverMessage.withdrawn.encoded)
        close()
    }

    private func close() {
        guard let token else { return }
        loop.unwatch(line.raw)
        loop.remove(token)
        self.token = nil
    }

    func ready(_ readiness: Readiness) {
        guard token != nil else { return }
        do throws(SystemError) {
            let (bytes, _) = try Socket.receive(line.raw, limit: HandoverMessage.limit)
            guard !bytes.isEmpty else { return fail(Self.ended) }
            switch try? HandoverMessage(bytes) {
            case .ready(let process): succeeded(process)
            case .failed(let text): fail(text)
            default: fail("it said what is not understood")
            }
        } catch {
            // An end that comes before everything was read is a reset (unix(7)).
            if !error.isWouldBlock { fail(error.code == ECONNRESET ? Self.ended : error.description) }
        }
    }

    func deadlinePassed() {
        fail("it did not serve within \(Self.patience.components.seconds) s; what it wrote says why")
    }

    private func fail(_ reason: String) {
        withdraw()
        failed(reason)
    }
}
