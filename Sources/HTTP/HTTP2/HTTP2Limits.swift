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
    /// How many answers to PING and SETTINGS may wait to be sent: more than `glitches`, which ends the connection in a civil way.
    package var queuedAcknowledgements = 2000
    /// How many settings one SETTINGS frame may have.
    package var settingsPerFrame = 32
    /// How many CONTINUATION frames one head may have. With the first frame that is more than `headBytes`, for those who
    /// divide a head evenly.
    package var continuationsPerHead = 8
    /// How many bytes one head may have, as it is sent and as it is unpacked, 32 bytes for each field included: four times what is
    /// read (`HeadLimits.request`), so that a head which is a little too large is still answered with 431.
    package var headBytes = 128 * 1024

    /// How many streams may end at once by RST_STREAM, from either side, by the client's doing; heads that are refused for
    /// their size or form count too. A browser that leaves a page resets all that it had asked for, `concurrentStreams` at
    /// most.
    package var resets = 200
    /// How many more of these each second brings, beside one for two streams that were answered.
    package var resetsPerSecond = 25

    /// How many frames may come at once that bring no message on: PING, SETTINGS, PRIORITY, WINDOW_UPDATE, acknowledgements,
    /// trailers, DATA without data, and types that are not known, which count once more for each KiB.
    package var glitches = 1000
    /// How many more of these each second brings. Clients that see whether the connection still lives send one in seconds.
    package var glitchesPerSecond = 100
    /// How many more each answer brings, so that a client may reprioritise and ping as it asks.
    package var glitchesPerAnswer = 10
    /// How many more each frame of an answer's body brings: there are clients that return the credit for each on stream and
    /// connection, and measure the way with a PING.
    package var glitchesPerDataFrame = 10
    /// The size from which on a frame of an answer counts as such even where the client's window made it short.
    package var usefulFrameSize = 1024
    /// For how many others a SETTINGS frame counts, because it may touch every stream.
    package var settingsGlitches = 10

    /// How many frames may come at once of a body that carry less than `smallFrameSize`, or padding.
    package var smallFrames = 20_000
    /// How many more of these each second brings. So they cost about a hundredth of a core.
    package var smallFramesPerSecond = 20_000
    /// The size below which a frame of a body is small.
    package var smallFrameSize = 16

    /// What a server grants its clients.
    package init() {}
}
