internal import CNghttp2

/// How much the other side may send (RFC 9113 §5.2): credit is returned by whoever has taken the bytes, and by nobody else.
extension HTTP2Session {
    /// Returns the credit for that many bytes of the stream, which were taken.
    package func consume(_ count: Int, on stream: HTTP2Stream) {
        guard count > 0 else { return }
        stream.unconsumedCount -= count
        if stream.isOpen {
            check(nghttp2_session_consume(session, stream.id, count))
        } else {
            check(nghttp2_session_consume_connection(session, count))
        }
    }

    /// Returns the connection's credit alone for bytes that came on one of its streams, whether or not they were taken.
    ///
    /// For connections that many share: one that takes nothing then holds up nobody but itself.
    package func consumeOnConnection(_ count: Int) {
        if count > 0 { check(nghttp2_session_consume_connection(session, count)) }
    }

    /// Returns the credit of the stream alone for bytes that were taken.
    package func consumeOnStream(_ count: Int, _ stream: HTTP2Stream) {
        guard count > 0 else { return }
        stream.unconsumedCount -= count
        if stream.isOpen { check(nghttp2_session_consume_stream(session, stream.id, count)) }
    }

    /// Returns the connection's credit for all that came on the stream and that nobody is going to take.
    package func abandonInput(of stream: HTTP2Stream) {
        let count = stream.unconsumedCount
        guard count > 0 else { return }
        stream.unconsumedCount = 0
        check(nghttp2_session_consume_connection(session, count))
    }

    /// Lets more come on the stream before any of it was taken.
    package func growWindow(of stream: HTTP2Stream, to size: Int) {
        guard size > stream.windowSize, stream.isOpen else { return }
        stream.windowSize = size
        check(nghttp2_session_set_local_window_size(session, 0, stream.id, Int32(clamping: size)))
    }

    /// Lets more come on all streams together before any of it was taken.
    package func growWindow(to size: Int) {
        guard size > windowSize else { return }
        windowSize = size
        check(nghttp2_session_set_local_window_size(session, 0, 0, Int32(clamping: size)))
    }
}
