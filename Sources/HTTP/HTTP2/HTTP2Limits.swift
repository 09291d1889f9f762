/// The bounds of one HTTP/2 connection: what the other side may have open, send and cost.
///
/// Sizes are in bytes.
package struct HTTP2Limits: Sendable {
    /// How many streams the other side may have open at once (SETTINGS_MAX_CONCURRENT_STREAMS).
    package var concurrentStreams = 128
    /// How much of a body may be sent on a new stream before any of it was taken (SETTINGS_INITIAL_WINDOW_SIZE).
    package var streamWindow = 256 * 1024
    /// How far the window of a stream grows whose body comes fast and is taken as fast.
    package var largestStreamWindow = 8 * 1024 * 1024
    /// How much may be sent on all streams together before any of it was taken.
    package var connectionWindow = 1024 * 1024
    /// How far that grows.
    package var largestConnectionWindow = 16 * 1024 * 1024
    /// The largest frame (SETTINGS_MAX_FRAME_SIZE).
    package var frameSize = 16_384
    /// The most that a head may come to when it is unpacked, 32 bytes for each field included
    /// (SETTINGS_MAX_HEADER_LIST_SIZE); what it may come to is for `HeadLimits` to say, this only tells the other side.
    package var fieldSectionSize = 64 * 1024
    /// The memory for fields that the other side's heads may refer back to (SETTINGS_HEADER_TABLE_SIZE).
    package var decoderTableSize = 4096
    /// The memory for fields that this side's heads refer back to.
    package var encoderTableSize = 4096
    /// How many answers to PING and SETTINGS may wait to be sent.
    package var queuedAcknowledgements = 1000
    /// How many settings one SETTINGS frame may have.
    package var settingsPerFrame = 32
    /// How many CONTINUATION frames one head may have.
    package var continuationsPerHead = 8

    /// What a server grants its clients.
    package init() {}
}
