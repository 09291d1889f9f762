internal import HTTP
internal import Net

/// How large the window of a stream should be: as much as comes in a quarter of a second, within its bounds.
///
/// So it grows where the way to the client is long and wide, and its backend keeps up; what nobody takes makes nothing grow.
struct UploadWindow {
    /// How long a window lasts that holds nobody up.
    private static let span: UInt64 = 250_000_000

    /// How much it has grown.
    private(set) var growth = 0
    private var size: Int
    private var count = 0
    private var mark: Instant

    init(size: Int = 0, at now: Instant = Instant(nanoseconds: 0)) {
        self.size = size
        mark = now
    }

    /// Takes note of bytes that were taken; returns the size to grow to, or nil.
    mutating func taken(_ taken: Int, at now: Instant, limits: HTTP2Limits, budget: inout Int) -> Int? {
        count += taken
        guard count >= size else { return nil }
        let elapsed = now.nanoseconds &- mark.nanoseconds
        count = 0
        mark = now
        guard elapsed < Self.span, size < limits.largestStreamWindow else { return nil }
        let more = min(size, limits.largestStreamWindow - size, budget)
        guard more > 0 else { return nil }
        budget -= more
        growth += more
        size += more
        return size
    }
}

extension UploadWindow {
    /// The same, with the budget that all windows of a worker share, and only while memory is not short.
    mutating func taken(_ taken: Int, at now: Instant, limits: HTTP2Limits, in workspace: HTTP2Workspace) -> Int? {
        guard workspace.letsWindowsGrow else { return nil }
        return self.taken(taken, at: now, limits: limits, budget: &workspace.windowBudget)
    }
}
