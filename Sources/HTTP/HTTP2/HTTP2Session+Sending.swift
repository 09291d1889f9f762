internal import Bytes
internal import CNghttp2

/// What goes out: heads, bodies piece by piece, trailers, and the ends of streams.
///
/// Nothing is written by these; `write(limit:)` does that.
extension HTTP2Session {
    /// Sends the head of an interim response (RFC 9113 §8.1).
    package func submitInterim(_ block: inout HTTP2FieldBlock, on stream: HTTP2Stream) {
        block.withPairs { fields in
            check(nghttp2_submit_headers(session, 0, stream.id, nil, fields.baseAddress, fields.count, nil))
        }
    }

    /// Sends the head of the response; a body follows unless it ends the stream.
    package func submitHead(_ block: inout HTTP2FieldBlock, endsStream: Bool, on stream: HTTP2Stream) {
        if endsStream { stream.hasEnded = true }
        block.withPairs { fields in
            if endsStream {
                check(nghttp2_submit_response(session, stream.id, fields.baseAddress, fields.count, nil))
            } else {
                var provider = Self.provider(stream)
                check(nghttp2_submit_response(session, stream.id, fields.baseAddress, fields.count, &provider))
            }
        }
    }

    /// Opens a stream with the head of a request; a body follows unless it ends the stream.
    ///
    /// Where the other side lets no more streams be opened, the request waits for its turn. Returns nil when none can be
    /// opened on this connection any more.
    package func submitRequest(_ block: inout HTTP2FieldBlock, endsStream: Bool, owner: AnyObject?) -> HTTP2Stream? {
        guard !isBroken, nghttp2_session_check_request_allowed(session) != 0 else { return nil }
        let stream = pool.take()
        stream.owner = owner
        stream.hasEnded = endsStream
        let pointer = Unmanaged.passUnretained(stream).toOpaque()
        let id = block.withPairs { fields in
            if endsStream {
                return nghttp2_submit_request(session, nil, fields.baseAddress, fields.count, nil, pointer)
            }
            var provider = Self.provider(stream)
            return nghttp2_submit_request(session, nil, fields.baseAddress, fields.count, &provider, pointer)
        }
        guard id > 0 else {
            check(id)
            stream.owner = nil
            pool.giveBack(stream)
            return nil
        }
        opened(stream, id: id)
        return stream
    }

    /// Offers a piece of a body, which `write(limit:)` takes from; `keepRest(of:)` is owed before the piece is gone.
    package func offer(_ piece: UnsafeRawBufferPointer, isLast: Bool, on stream: HTTP2Stream) {
        // What is behind the piece in the order of sending must not overtake it.
        if !stream.piece.isEmpty { keepRest(of: stream) }
        stream.piece = piece
        if isLast { stream.hasEnded = true }
        resume(stream)
    }

    /// Copies what nobody took of the piece that was offered; true when nothing is kept.
    ///
    /// Otherwise `drained` will tell when it has left.
    @discardableResult
    package func keepRest(of stream: HTTP2Stream) -> Bool {
        if !stream.piece.isEmpty {
            stream.kept.append(stream.piece)
            stream.piece = UnsafeRawBufferPointer(start: nil, count: 0)
        }
        guard !stream.kept.isEmpty else { return true }
        stream.owesDrained = true
        return false
    }

    /// Ends the body that was sent on the stream, with its `trailers` where it has any.
    package func end(_ stream: HTTP2Stream) {
        stream.hasEnded = true
        resume(stream)
    }

    /// Ends the stream at once, in both directions; what was not sent yet is dropped.
    package func reset(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
        guard stream.isOpen else { return }
        check(nghttp2_submit_rst_stream(session, 0, stream.id, code.rawValue))
    }

    /// How many bytes the other side would take on the stream right now.
    package func sendWindow(of stream: HTTP2Stream) -> Int {
        let window = nghttp2_session_get_stream_remote_window_size(session, stream.id)
        return Int(max(0, min(window, nghttp2_session_get_remote_window_size(session))))
    }

    private func resume(_ stream: HTTP2Stream) {
        guard stream.isDeferred else { return }
        stream.isDeferred = false
        check(nghttp2_session_resume_data(session, stream.id))
    }

    private static func provider(_ stream: HTTP2Stream) -> nghttp2_data_provider {
        nghttp2_data_provider(
            source: nghttp2_data_source(ptr: Unmanaged.passUnretained(stream).toOpaque())
        ) { _, _, _, limit, flags, source, owner in
            let failure = Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
            guard let flags else { return failure }
            return HTTP2Session.with(owner, else: failure) { owner in
                HTTP2Stream.with(source, else: failure) { owner.nextData(of: $0, limit: limit, flags) }
            }
        }
    }

    /// How long the next DATA frame of the stream is.
    private func nextData(of stream: HTTP2Stream, limit: Int, _ flags: UnsafeMutablePointer<UInt32>) -> Int {
        let waiting = stream.waitingCount
        guard waiting > 0 || stream.hasEnded else {
            stream.isDeferred = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        let count = min(waiting, limit)
        flags.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue
        guard stream.hasEnded, count == waiting else { return count }
        flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        if stream.trailers.count > 0 {
            flags.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            stream.trailers.withPairs { fields in
                check(nghttp2_submit_trailer(session, stream.id, fields.baseAddress, fields.count))
            }
        }
        return count
    }
}
