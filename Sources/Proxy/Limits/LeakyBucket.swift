/// How far one key is ahead of its rate, in nginx's arithmetic: thousandths of requests and milliseconds.
struct LeakyBucket {
    /// By how much it was ahead when it was last counted.
    private(set) var excess = 0
    /// When that was.
    private var last: Int

    /// The bucket of a key that is counted for the first time; that request is not ahead of anything.
    init(at now: Int) { last = now }

    /// By how much the key is ahead with one request more.
    ///
    /// - Parameters:
    ///   - now: milliseconds; the clocks of two workers may differ a little.
    ///   - rate: thousandths of requests in a second.
    func excess(at now: Int, rate: Int) -> Int {
        let (drained, overflows) = max(now - last, 0).multipliedReportingOverflow(by: rate)
        return overflows ? 0 : max(excess - drained / 1000 + 1000, 0)
    }

    /// Counts a request with what `excess(at:rate:)` said.
    mutating func count(_ excess: Int, at now: Int) {
        self.excess = excess
        if now > last { last = now }
    }
}
