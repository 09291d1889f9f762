/// What `HTTP2Session` has made of the bytes that came, or of those that went out.
package enum HTTP2Event {
    /// The fields of an interim answer are with the stream's `interim`.
    case interim(HTTP2Stream)
    /// The fields of a head are with the stream's assembler: of a request, or of an answer.
    case head(HTTP2Stream, endsStream: Bool)
    /// The fields behind a body are with the stream's assembler, and end it.
    case trailers(HTTP2Stream)
    /// A piece of a body, in the memory that was received from.
    case data(HTTP2Stream, UnsafeMutableRawBufferPointer)
    /// The other side has ended its direction of the stream, behind a body or a head.
    case ended(HTTP2Stream)
    /// What was kept of the last piece has left the stream.
    case drained(HTTP2Stream)
    /// The answer has left whole, in a server's session, before the request was whole.
    case answered(HTTP2Stream)
    /// The stream is over, and the session knows it no more.
    case closed(HTTP2Stream, HTTP2ErrorCode)
    /// The other side takes no streams beyond the last one that it names.
    case goAway(lastStream: Int32, HTTP2ErrorCode)
    /// The other side's settings have changed.
    case settings
    /// The answer to a ping.
    case pong(UInt64)
}
