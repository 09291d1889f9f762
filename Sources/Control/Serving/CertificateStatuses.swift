internal import Bytes
internal import Logging
internal import Net
internal import Passwords
internal import TLS

/// Asks authorities whether certificates are still good, and has their answers shown to clients (OCSP stapling).
///
/// It lives on the supervisor's loop: a handshake takes what is in memory and never waits. Without an answer that can be
/// believed nothing is shown.
final class CertificateStatuses: EventSource {
    private final class Entry {
        let pair: String
        let inquiry: StatusInquiry
        var exchange: GetExchange?
        var due: Instant
        var failures = 0
        var complaint: String?

        init(_ pair: String, _ inquiry: StatusInquiry, due: Instant) {
            self.pair = pair
            self.inquiry = inquiry
            self.due = due
        }
    }

    private let loop: EventLoop
    private let resolver: NameResolver
    private let log: Logger
    private let clock: () -> Int64
    private var token: Token?
    private var entries: [String: Entry] = [:]

    /// One that asks for nothing yet.
    ///
    /// - Parameters:
    ///   - log: where it is said when an authority has taken a certificate back, or does not answer.
    ///   - clock: the time in seconds since 1970.
    init(
        on loop: EventLoop, resolver: NameResolver, log: Logger,
        clock: @escaping () -> Int64 = { FileStamp.now / 1_000_000_000 }
    ) {
        self.loop = loop
        self.resolver = resolver
        self.log = log
        self.clock = clock
        token = loop.add(self)
    }

    /// Asks about these certificates from now on, and about no others.
    func follow(_ inquiries: [String: StatusInquiry]) {
        for (pair, entry) in entries where inquiries[pair] !== entry.inquiry {
            entry.exchange?.cancel()
            entry.inquiry.certificate.staple.replace(by: nil)
            entries[pair] = nil
        }
        for (pair, inquiry) in inquiries where entries[pair] == nil {
            entries[pair] = Entry(pair, inquiry, due: loop.now)
        }
        askWhereDue()
    }

    /// Asks for nothing more.
    func close() {
        for entry in entries.values { entry.exchange?.cancel() }
        entries = [:]
        if let token { loop.remove(token) }
        token = nil
    }

    func ready(_ readiness: Readiness) {}

    func deadlinePassed() { askWhereDue() }

    private func askWhereDue() {
        for entry in entries.values where entry.due <= loop.now {
            // Until the answer is there the entry must not be due again.
            entry.due = loop.now + Self.patience + .seconds(5)
            ask(entry)
        }
        guard let token, let next = entries.values.map(\.due).min() else { return }
        loop.setDeadline(next, for: token)
    }

    private func ask(_ entry: Entry) {
        guard let address = try? CheckedAddress(entry.inquiry.url) else {
            return fail(entry, "\(entry.inquiry.url) is no URL")
        }
        let bare = address.host.hasPrefix("[") ? String(address.host.dropFirst().dropLast()) : address.host
        resolver.resolve(bare) { [weak self, weak entry] found in
            guard let self, let entry, entries[entry.pair] === entry else { return }
            guard let first = found.first else { return fail(entry, "the name \(bare) has no address") }
            let path =
                address.target + (address.target.hasSuffix("/") ? "" : "/") + Self.escaped(entry.inquiry.question)
            entry.exchange = GetExchange(
                path, host: address.authority, at: .ip(Endpoint(address: first, port: address.port)), on: loop,
                timeout: Self.patience
            ) { [weak self, weak entry] result in
                guard let self, let entry else { return }
                entry.exchange = nil
                switch result {
                case .success(let answer): judge(answer, entry)
                case .failure(let error): fail(entry, error.description)
                }
            }
        }
    }

    private func judge(_ answer: [UInt8], _ entry: Entry) {
        let now = clock()
        switch entry.inquiry.judge(answer, at: now) {
        case .good(let status):
            entry.inquiry.certificate.staple.replace(by: status)
            if entry.complaint != nil {
                log.info("\(entry.pair).crt: its authority answers again, and says it is good")
            }
            (entry.complaint, entry.failures) = (nil, 0)
            // Early enough that a responder may be away for as long again.
            plan(entry, after: .seconds(max((status.notAfter - now) / 2, 1)))
        case .revoked:
            entry.inquiry.certificate.staple.replace(by: nil)
            let text =
                "\(entry.pair).crt HAS BEEN REVOKED by its authority, says \(entry.inquiry.url): clients refuse it; replace it"
            if entry.complaint != text { log.error("\(text)") }
            entry.complaint = text
            plan(entry, after: Self.longestPause)
        case .useless(let reason): fail(entry, reason)
        }
    }

    /// What was answered before is shown for as long as it counts.
    private func fail(_ entry: Entry, _ reason: String) {
        let text = "\(entry.pair).crt: no OCSP answer from \(entry.inquiry.url): \(reason)"
        if entry.complaint != text { log.warning("\(text)") }
        entry.complaint = text
        entry.failures += 1
        plan(entry, after: min(.seconds(60 << min(entry.failures - 1, 6)), Self.longestPause))
    }

    private func plan(_ entry: Entry, after pause: Duration) {
        entry.due = loop.now + min(pause, Self.longestPause * 12)
        if let token, let next = entries.values.map(\.due).min() { loop.setDeadline(next, for: token) }
    }

    /// The question as a part of a path (RFC 6960 §A.1).
    private static func escaped(_ question: [UInt8]) -> String {
        var text = ""
        for character in question.withUnsafeBytes(Base64.encode) {
            switch character {
            case "+": text += "%2B"
            case "/": text += "%2F"
            case "=": text += "%3D"
            default: text.append(character)
            }
        }
        return text
    }

    private static let patience = Duration.seconds(10)
    private static let longestPause = Duration.seconds(3600)
}
