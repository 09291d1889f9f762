/// The bound of `HTTP2Limits` that the other side of a connection has overstepped.
package enum HTTP2Abuse: String, Sendable {
    /// Streams that ended as soon as they began: reset by the other side (CVE-2023-44487), or by this one because of what
    /// the other did (CVE-2025-8671).
    case resets
    /// Frames that bring no message on.
    case glitches
    /// Pieces of bodies that are hardly more than the frames around them.
    case smallFrames
    /// CONTINUATION frames of one head (CVE-2024-27316).
    case continuations
    /// Bytes of one head, as they were sent, or as they were unpacked (CVE-2016-6581).
    case headBytes

    /// What the client did, in a few words, with the name of the bound.
    package var reason: String {
        let act =
            switch self {
            case .resets: "streams that end as soon as they began"
            case .glitches: "frames that bring no message on"
            case .smallFrames: "pieces of bodies with hardly a byte in them"
            case .continuations: "heads in too many pieces"
            case .headBytes: "heads too large to be read"
            }
        return "\(act) (\(rawValue))"
    }
}
