internal import Bytes
internal import Logging
internal import Net
internal import Proxy
internal import Routing

#if canImport(Glibc)
    private import Glibc
#endif

/// Keeps listeners open on the ports that hosts ask for, and tries again where one cannot be had.
///
/// Before a new configuration reaches the workers the listeners are closed that it has no use for, so that what waits there
/// is still served as before; afterwards the new ones are opened.
final class ExternalListeners {
    /// How long to wait after the first failure, which may come of a listener that is just being closed.
    static let firstPause = Duration.milliseconds(100)
    /// How long to wait between further tries.
    static let pause = Duration.seconds(2)

    private enum Chore: CaseIterable {
        case retry
    }

    private struct Failure {
        var tries: Int
        var reason: String
    }

    private let addresses: (http: [IPAddress], https: [IPAddress])
    private let log: Logger
    private let agenda: Agenda<Chore>
    private let open: (ListenAddress) throws(ListenError) -> Void
    private let close: (ListenAddress) -> Void
    private var opened: Set<ListenAddress> = []
    private var failures: [ListenAddress: Failure] = [:]

    /// Listeners on the addresses, whatever their ports, that Portico listens on by its own settings.
    ///
    /// - Parameters:
    ///   - open: makes every worker listen.
    ///   - close: makes every worker stop listening.
    init(
        http: [Endpoint], https: [Endpoint], on loop: EventLoop, log: Logger,
        open: @escaping (ListenAddress) throws(ListenError) -> Void, close: @escaping (ListenAddress) -> Void
    ) {
        addresses = (Self.hosts(of: http), Self.hosts(of: https))
        self.log = log
        self.open = open
        self.close = close
        agenda = Agenda(on: loop)
        agenda.perform = { [unowned self] _ in openMissing() }
    }

    /// Closes the listeners on all ports but these.
    func close(except ports: Set<ExternalPort>) {
        let wanted = wanted(ports)
        for address in opened.subtracting(wanted) {
            opened.remove(address)
            close(address)
            log.info("Listens on \(Self.text(address)) no more")
        }
        failures = failures.filter { wanted.contains($0.key) }
    }

    /// Opens listeners on these ports, as far as there are none.
    func open(_ ports: Set<ExternalPort>) {
        for address in wanted(ports) where !opened.contains(address) && failures[address] == nil {
            failures[address] = Failure(tries: 0, reason: "not tried yet")
        }
        if failures.contains(where: { $0.value.tries == 0 }) { openMissing() }
    }

    /// Tries no more.
    func stop() { agenda.close() }

    /// The ports that cannot be listened on, as lines for people.
    var findings: [String] {
        failures.filter { $0.value.tries > 1 }.map { "cannot listen on \(Self.text($0)): \($1.reason)" }.sorted()
    }

    private func wanted(_ ports: Set<ExternalPort>) -> Set<ListenAddress> {
        Set(
            ports.flatMap { port in
                (port.isSecure ? addresses.https : addresses.http).map { address in
                    ListenAddress(
                        Endpoint(address: address, port: port.number), isSecure: port.isSecure, isExternal: true)
                }
            })
    }

    private func openMissing() {
        for (address, failure) in failures {
            do throws(ListenError) {
                try open(address)
                failures[address] = nil
                opened.insert(address)
                log.info("Listens on \(Self.text(address))")
            } catch {
                let reason = Self.reason(error)
                failures[address] = Failure(tries: failure.tries + 1, reason: reason)
                if failure.tries == 1 { log.error("Cannot listen on \(Self.text(address)): \(reason). Trying again.") }
            }
        }
        guard let tries = failures.values.map(\.tries).min() else { return agenda.cancelAll() }
        agenda.schedule(.retry, after: tries == 1 ? Self.firstPause : Self.pause)
    }

    private static func reason(_ error: ListenError) -> String {
        switch error.cause.code {
        case EADDRINUSE: "another program uses the port"
        case EACCES: "ports below 1024 need root or the capability NET_BIND_SERVICE"
        default: error.cause.message
        }
    }

    private static func text(_ address: ListenAddress) -> String {
        "\(address.endpoint) for \(address.isSecure ? "https" : "http")"
    }

    /// The addresses, without those that the address for all of their kind includes.
    private static func hosts(of endpoints: [Endpoint]) -> [IPAddress] {
        let all = Set(endpoints.map(\.address))
        return all.filter { address in
            address.isUnspecified || !all.contains { $0.isUnspecified && $0.isIPv6 == address.isIPv6 }
        }.sorted { "\($0)" < "\($1)" }
    }
}
