/// Up to when the engine's events have been heard, so that a new stream begins where the last one broke off.
///
/// A list tells what runs, but not what has been told to stop: of that the events alone speak.
struct HeardEvents {
    /// How far back is asked, in nanoseconds: a container that has been told to stop longer ago counts as running again.
    static let reach = Int64(60) * 1_000_000_000
    /// Engines answer a moment before they begin to listen to their own events: what lies in between is asked for.
    static let overlap = Int64(5_000_000)

    private var latest: Int64?

    /// Takes note that all events up to this time have come, in nanoseconds since 1970.
    mutating func note(_ now: Int64) { latest = now }

    /// From when on a new stream is to tell, in nanoseconds since 1970.
    func since(_ now: Int64) -> Int64 {
        // The clock may have been set back meanwhile.
        max(min(latest ?? 0, now), now - Self.reach) - Self.overlap
    }
}
