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

    /// Listens on every address of the settings and starts `count` workers.
    ///
    /// Each worker has a listening socket of its own for each address, so that the kernel spreads the connections.
    /// `report` is called on the workers' threads.
    /// - Throws: `ListenError` when an address cannot be listened on; no worker runs then.
    package init(
        count: Int, settings: WorkerSettings, hashing: HashingThreads, log: LogWriter?, ticketKeys: TicketKeys,
        report: @escaping @Sendable (WorkerReport) -> Void
    ) throws(ListenError) {
        self.count = count
        var sockets: [[ListeningSocket]] = []
        do throws(ListenError) {
            for address in settings.listenAddresses { sockets.append(try ListeningSocket.open(address, count: count)) }
        } catch {
            for socket in sockets.joined() { socket.close() }
            throw error
        }
        let addresses = sockets.compactMap(\.first?.address)
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
        let throttle = LoginThrottle(attempts: settings.loginAttempts, longestHold: settings.longestLoginHold)
        threads = mailboxes.enumerated().map { index, mailbox in
            let sockets = sockets.map { $0[index] }
            return Thread.start(name: "portico-\(index)") {
                do {
                    let worker = try Worker(
                        settings: settings, sockets: sockets, mailbox: mailbox, hashing: hashing, throttle: throttle,
                        zones: zones, log: log, ticketKeys: ticketKeys, report: report)
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
        let sockets = try ListeningSocket.open(address, count: count)
        for (mailbox, socket) in zip(mailboxes, sockets) { mailbox.post(.listen(socket)) }
    }

    /// Has the workers listen on an address no more. Connections that came through it end when their exchange does.
    package func stopListening(on address: ListenAddress) { post(.stopListening(address)) }

    /// Has the workers accept nothing more and end when their exchanges have ended.
    package func drain() { post(.drain) }

    /// Has the workers end at once.
    package func stop() { post(.stop) }

    /// Waits until every worker's thread has ended.
    package func join() { for thread in threads { thread.join() } }

    private func post(_ message: WorkerMessage) {
        for mailbox in mailboxes { mailbox.post(message) }
    }
}
