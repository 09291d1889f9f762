/// How long answers may be kept (`expires`): what `Expires` and `Cache-Control` say on the statuses of `add_header`.
package enum Expiry: Hashable, Sendable {
    /// So many seconds from now on; below zero it may not be kept.
    case after(Int)
    /// So many seconds from the time in Last-Modified on.
    case afterChange(Int)
    /// Until this second of the day.
    case daily(Int)
    /// `epoch`: never.
    case never
    /// `max`: ten years.
    case longest
}
