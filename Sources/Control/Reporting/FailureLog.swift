internal import Logging
internal import Net

/// Writes failures to the log, those of one kind not more often than once in ten seconds.
struct FailureLog {
    /// How long further failures of a kind are only counted.
    static let interval = Duration.seconds(10)
    /// The most kinds that are told apart at a time.
    static let limit = 1024

    private let log: Logger
    private var said: [String: (time: Instant, held: Int)] = [:]

    /// A log that has said nothing yet.
    init(_ log: Logger) { self.log = log }

    /// Says it, or counts it when the same was said a moment ago.
    mutating func say(_ text: String, now: Instant) {
        if let last = said[text], now.since(last.time) < Self.interval {
            said[text] = (last.time, last.held + 1)
            return
        }
        let held = said[text]?.held ?? 0
        if said.count >= Self.limit { said = said.filter { now.since($0.value.time) < Self.interval } }
        guard said.count < Self.limit else { return }
        said[text] = (now, 0)
        log.warning("\(text)\(held == 0 ? "" : " (and \(held) times more since it was last said)")")
    }
}
