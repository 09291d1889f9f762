internal import Bytes
internal import HTTP
internal import Net
internal import Passwords
internal import Routing
internal import TLS

/// Plays a request through everything that requests go through, up to the moment at which a backend would be asked.
///
/// It is the exchange of a worker that does it, so that no rule is written down twice. What a client shows in its
/// handshake is taken for good, and so is whatever another service is asked about the request (`auth_request`).
package enum Rehearsal {
    /// What would become of a request.
    ///
    /// It may take as long as a password takes to check, and blocks meanwhile.
    /// - Throws: `SystemError` or `TLSError` where the system gives not what a worker needs.
    package static func run(
        _ request: RehearsedRequest, by configuration: ServingConfiguration, settings: WorkerSettings
    ) throws -> RehearsedAnswer {
        let password = ByteString((0..<16).map { _ in UInt8.random(in: 0x61...0x7a) })
        let stage = Stage()
        var quiet = settings
        quiet.httpAddresses = []
        quiet.httpsAddresses = []
        let worker = try Worker(
            settings: quiet, sockets: [], mailbox: Mailbox(), hashing: HashingThreads(count: 1),
            throttle: LoginThrottle(attempts: nil), zones: LimitZones(), log: nil, ticketKeys: TicketKeys()
        ) { report in
            if case .failed(let error, _, _) = report { stage.failed(error) }
        }
        worker.serve(prepared(configuration, for: request.user, password))
        let downstream = RehearsedDownstream(
            head: request.head(password: password), worker: worker, peer: request.client, listener: request.listener)
        if let refusal = downstream.refusal {
            return RehearsedAnswer(outcome: .malformed(refusal.status), failure: "\(refusal)")
        }
        let exchange = Exchange(downstream: downstream)
        stage.exchange = exchange
        defer {
            stage.exchange = nil
            exchange.cancel()
        }
        exchange.begin()
        let end = Instant.now + patience
        while !downstream.isOver, stage.forwarded == nil, Instant.now < end { worker.loop.turn(limit: .seconds(1)) }
        return withExtendedLifetime((worker, downstream)) {
            if let forwarded = stage.forwarded { return forwarded }
            var answer = state(of: exchange)
            answer.outcome = downstream.isAborted ? .closed(exchange.status) : .answered(downstream.status)
            answer.fields = downstream.fields
            answer.failure = stage.failure
            return answer
        }
    }

    /// What the play leads to, where that is a backend.
    ///
    /// `@unchecked Sendable`: a worker's reports may go to any thread, but this one runs on the thread that plays.
    private final class Stage: @unchecked Sendable {
        var exchange: Exchange?
        private(set) var forwarded: RehearsedAnswer?
        private(set) var failure: String?

        /// No upstream has backends here, so that the want of one is how a request that would be passed on ends.
        func failed(_ error: ExchangeError) {
            guard error == .noBackend, forwarded == nil, let exchange else {
                failure = failure ?? "\(error.reason)"
                return
            }
            forwarded = Rehearsal.forwarded(exchange)
        }
    }

    private static func forwarded(_ exchange: Exchange) -> RehearsedAnswer {
        var answer = state(of: exchange)
        let pool = exchange.chosen?.pool ?? exchange.location.pool
        var head = ByteBuffer()
        if exchange.location.fastCGI == nil { RequestWriter.write(exchange, to: &head) }
        answer.outcome = .forwarded(upstream: pool?.key ?? "", head: ByteString(head.readable))
        if let downstream = exchange.downstream as? RehearsedDownstream {
            downstream.forgetFields()
            ResponseWriter.writeConfiguredFields(status: 200, to: downstream, for: exchange)
            answer.fields = downstream.fields
        }
        return answer
    }

    private static func state(of exchange: Exchange) -> RehearsedAnswer {
        var answer = RehearsedAnswer(outcome: .answered(exchange.status))
        answer.host = exchange.host?.name
        answer.location = exchange.host?.number(of: exchange.location)
        answer.isRewritten = exchange.rewritten?.isChanged ?? false
        if answer.location != nil {
            answer.path = ByteString(exchange.rewriting().path.readable)
            answer.query = ByteString(exchange.query)
        }
        return answer
    }

    /// The configuration without backends, and without demands on a handshake that never was. The user's password is one
    /// that is known here; of others nothing changes.
    private static func prepared(
        _ configuration: ServingConfiguration, for user: ByteString?, _ password: ByteString
    ) -> ServingConfiguration {
        var result = configuration
        result.connectionDemands = [:]
        result.logFiles = [:]
        for host in result.snapshot.hosts.indices {
            grantAuthorization(in: &result.snapshot.hosts[host])
            for number in result.snapshot.hosts[host].locations.indices {
                result.snapshot.hosts[host].locations[number].upstream?.backends = []
                guard var choice = result.snapshot.hosts[host].locations[number].choice else { continue }
                for candidate in choice.candidates.indices { choice.candidates[candidate].upstream.backends = [] }
                result.snapshot.hosts[host].locations[number].choice = choice
            }
        }
        guard let user else { return result }
        result.passwordFiles = result.passwordFiles.mapValues { source in
            guard case .loaded(let file) = source, let entry = user.withBytes({ file.entry(for: $0) }), entry.isReadable
            else { return source }
            return .loaded(PasswordFile(parsing: user.bytes + Array(":{PLAIN}".utf8) + password.bytes))
        }
        return result
    }

    /// Has the questions to other locations answered with yes, behind all locations that are there.
    private static func grantAuthorization(in host: inout VirtualHost) {
        let asking = host.locations.indices.filter { host.locations[$0].settings.authorization.path != nil }
        guard !asking.isEmpty else { return }
        let path = ByteString("/rehearsal-\(UInt64.random(in: .min ... .max))")
        for number in asking { host.locations[number].settings.authorization.path = path }
        var location = Location(match: .exact(path))
        location.settings.returned = Return(status: 204)
        host.locations.append(location)
    }

    private static let patience = Duration.seconds(10)
}
