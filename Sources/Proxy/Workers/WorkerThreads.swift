package import Bytes
internal import Net
package import TLS

/// The workers of the process, as the supervisor sees them: what it tells them, they do on their own threads.
package final class WorkerThreads {
    /// The addresses that are listened on for plain HTTP, with the ports that the kernel chose.
    package let httpAddresses: [Endpoint]
    /// The addresses that are listened on for TLS, with the ports that the kernel chose.
    package let httpsAddresses: [Endpoint]

    private let count: Int
    private let mailboxes: [Mailbox<WorkerMessage>]
    private let threads: [Thread]
    private let inherited: InheritedSockets
    private let memoryWatch: MemoryWatch?
    /// Copies of the sockets that the workers listen on, to be handed over.
    private var held: [ListenAddress: [Int32]] = [:]

    /// Listens on every address of the settings and starts `count` workers.
    ///
    /// Each worker has a listening socket of its own for each address, so that the kernel spreads the connections.
    /// Sockets that listen already take the place of new ones. `report` is called on the workers' threads.
    /// - Parameter first: what to serve by before the first client comes; without it all are answered with 503 until `serve`.
    /// - Throws: `ListenError` when an address cannot be listened on; no worker runs then.
    package init(
        count: Int, settings: WorkerSettings, first: ServingConfiguration? = nil,
        inherited: InheritedSockets = InheritedSockets(), hashing: HashingThreads, log: LogWriter?,
        ticketKeys: TicketKeys,
        report: @escaping @Sendable (WorkerReport) -> Void
    ) throws(ListenError) {
        self.count = count
        self.inherited = inherited
        var sockets: [(worker: Int, socket: ListeningSocket)] = []
        var addresses: [ListenAddress] = []
        do throws(ListenError) {
            for address in settings.listenAddresses {
                let opened = try Self.sockets(on: address, count: count, inherited: inherited)
                sockets += opened
                if let first = opened.first { addresses.append(first.socket.address) }
            }
        } catch {
            for share in sockets { share.socket.close() }
            throw error
        }
        for share in sockets { held[share.socket.address, default: []] += Self.copy(of: share.socket) }
        httpAddresses = addresses.filter { !$0.isSecure }.map(\.endpoint)
        httpsAddresses = addresses.filter(\.isSecure).map(\.endpoint)
        var mailboxes: [Mailbox<WorkerMessage>] = []
        for _ in 0..<count {
            do {
                mailboxes.append(try Mailbox<WorkerMessage>())
            } catch {
                throw ListenError(address: nil, cause: error)
            }
        }
        self.mailboxes = mailboxes
        let zones = LimitZones()
        let shares = MemoryShares(count: count)
        memoryWatch = MemoryWatch(settings.memoryLimit) { [mailboxes] pressure in
            for mailbox in mailboxes { mailbox.post(.memory(pressure)) }
        }
        let throttle = LoginThrottle(attempts: settings.loginAttempts, longestHold: settings.longestLoginHold)
        threads = mailboxes.enumerated().map { index, mailbox in
            let sockets = sockets.filter { $0.worker == index }.map(\.socket)
            if let first { mailbox.post(.serve(first)) }
            return Thread.start(name: "portico-\(index)") {
                do {
                    let worker = try Worker(
                        settings: settings, sockets: sockets, mailbox: mailbox, hashing: hashing, throttle: throttle,
                        zones: zones, log: log, ticketKeys: ticketKeys,
                        memoryShare: MemoryShare(shares: shares, worker: index), report: report)
                    worker.run()
                    report(.ended(nil))
                } catch {
                    report(.ended(error))
                }
            }
        }
    }

    /// Has every worker route by the configuration.
    package func serve(_ configuration: ServingConfiguration) { post(.serve(configuration)) }

    /// Has every worker listen on a further address as well, after what it was told before.
    ///
    /// Clients can connect as soon as this returns; they wait until the workers take them.
    /// - Throws: `ListenError` when the address cannot be had; then no worker listens there.
    package func listen(on address: ListenAddress) throws(ListenError) {
        for (worker, socket) in try Self.sockets(on: address, count: count, inherited: inherited) {
            held[address, default: []] += Self.copy(of: socket)
            mailboxes[worker].post(.listen(socket))
        }
    }

    /// The sockets that the workers listen on, to be handed to another process.
    package var listeners: [ListenAddress: [Int32]] { held }

    private static func sockets(
        on address: ListenAddress, count: Int, inherited: InheritedSockets
    ) throws(ListenError) -> [(worker: Int, socket: ListeningSocket)] {
        let opened = inherited.take(address)
        if !opened.isEmpty { return try ListeningSocket.adopt(opened, address, count: count) }
        return try ListeningSocket.open(address, count: count).enumerated().map { ($0, $1) }
    }

    /// A socket for which there is no further descriptor is not handed over; its clients have to connect anew.
    private static func copy(of socket: ListeningSocket) -> [Int32] {
        guard let copy = try? Socket.duplicate(socket.raw) else { return [] }
        return [copy.release()]
    }

    private func release(_ address: ListenAddress) {
        for raw in held.removeValue(forKey: address) ?? [] { _ = FileDescriptor(owning: raw) }
    }

    /// Has the workers listen on an address no more. Connections that came through it end when their exchange does.
    package func stopListening(on address: ListenAddress) {
        release(address)
        post(.stopListening(address))
    }

    /// Has the workers accept nothing more and end when their exchanges have ended.
    package func drain() {
        for address in held.keys { release(address) }
        post(.drain)
    }

    /// The same, but connections end only behind an answer that says so: another process accepts in place of this one.
    package func retire() {
        for address in held.keys { release(address) }
        post(.retire)
    }

    /// Has the workers end at once.
    package func stop() { post(.stop) }

    /// Waits until every worker's thread has ended.
    package func join() {
        for thread in threads { thread.join() }
        memoryWatch?.stop()
    }

    private func post(_ message: WorkerMessage) {
        for mailbox in mailboxes { mailbox.post(message) }
    }
}
