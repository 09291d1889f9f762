internal import Bytes
internal import Net

/// Whose connections end so that others can have some.
extension Worker {
    /// How many are closed at once, so that not each connection that comes costs a look at all of them.
    private static let portion = 32
    /// How long it is before another look where there was nobody to go.
    private static let pause = Duration.milliseconds(100)

    /// Closes some connections for others to be accepted; false where there are none that should go.
    ///
    /// - Parameter isFull: whether no descriptor is left for clients.
    func makeRoom(isFull: Bool) -> Bool {
        guard loop.now >= nextLook else { return false }
        let leaving = Crowd(members).leaving(limit: Self.portion, isFull: isFull)
        guard let first = leaving.first else {
            nextLook = loop.now + Self.pause
            return false
        }
        if isFull { reportDescriptorShortage() }
        if first.reason.isExcess, let client = downstreams[first.member.token]?.client { reportCrowd(of: client) }
        for (member, _) in leaving { downstreams[member.token]?.giveWay(.crowded, isAtOnce: true) }
        return true
    }

    /// Takes note of how much memory there is, and gives up this worker's part where it is short.
    func weigh(_ pressure: MemoryPressure) {
        memory = pressure
        guard case .short(let excess) = pressure else { return }
        let members = members
        let holding = members.reduce(0) { $0 + $1.heldBytes }
        guard let part = memoryShare.part(of: excess, holding: holding) else {
            memory = .tight
            return reportMemoryShortage(isClients: false)
        }
        let leaving = Crowd(members).leaving(freeing: part)
        if !leaving.isEmpty { reportMemoryShortage(isClients: true) }
        for member in leaving { downstreams[member.token]?.giveWay(.outOfMemory, isAtOnce: false) }
    }

    private var members: [Crowd.Member] {
        downstreams.map { token, connection in
            let client = connection.client
            return Crowd.Member(
                token: token, network: settings.trustedProxies.contains(client) ? nil : client.network,
                isIdle: connection.isIdle, hasAsked: connection.requestCount > 0, serial: connection.serial,
                heldBytes: connection.heldBytes)
        }
    }
}
