internal import Bytes
internal import CNghttp2

/// What nghttp2 calls while it reads and writes, the same for all sessions.
///
/// None of it calls out of the session: fields go to assemblers, what happened becomes events.
final class HTTP2Callbacks: @unchecked Sendable {
    // Nothing changes it once it is made, and nghttp2 copies it into each session.
    let pointer: OpaquePointer

    init() {
        var made: OpaquePointer?
        precondition(nghttp2_session_callbacks_new(&made) == 0, "out of memory")
        guard let made else { preconditionFailure("nghttp2 made no callbacks") }
        pointer = made
        setReading()
        setWriting()
    }

    private func setReading() {
        nghttp2_session_callbacks_set_on_begin_headers_callback(pointer) { _, frame, owner in
            guard let frame else { return 0 }
            return HTTP2Session.with(owner, else: 0) { $0.fieldsBegan(frame) }
        }
        nghttp2_session_callbacks_set_on_header_callback(pointer) {
            session, frame, name, nameCount, value, valueCount, _, owner in
            guard let frame else { return 0 }
            return HTTP2Session.with(owner, else: 0) { owner in
                HTTP2Stream.with(session, frame.pointee.hd.stream_id, else: 0) { stream in
                    guard owner.unpacks(nameCount + valueCount) else {
                        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
                    }
                    stream.add(
                        UnsafeRawBufferPointer(start: name, count: nameCount),
                        UnsafeRawBufferPointer(start: value, count: valueCount), role: owner.role)
                    return 0
                }
            }
        }
        nghttp2_session_callbacks_set_on_begin_frame_callback(pointer) { _, header, owner in
            guard let header else { return 0 }
            HTTP2Session.with(owner, else: ()) { $0.frameBegan(header.pointee) }
            return 0
        }
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(pointer) { _, _, _, owner in
            HTTP2Session.with(owner, else: ()) { $0.isReceivingHead = false }
            return 0
        }
        // Where nghttp2 would leave a field out, the message is malformed (RFC 9113 §8.2.1).
        nghttp2_session_callbacks_set_on_invalid_header_callback(pointer) { _, _, _, _, _, _, _, _ in
            NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(pointer) { session, frame, owner in
            guard let frame else { return 0 }
            HTTP2Session.with(owner, else: ()) { $0.received(frame) }
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(pointer) { session, _, id, bytes, count, owner in
            let piece = UnsafeMutableRawBufferPointer(start: UnsafeMutablePointer(mutating: bytes), count: count)
            HTTP2Session.with(owner, else: ()) { owner in
                HTTP2Stream.with(session, id, else: ()) { stream in
                    stream.unconsumedCount += count
                    owner.events.append(.data(stream, piece))
                }
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(pointer) { session, id, code, owner in
            HTTP2Session.with(owner, else: ()) { owner in
                HTTP2Stream.with(session, id, else: ()) { owner.closed($0, HTTP2ErrorCode(received: code)) }
            }
            return 0
        }
    }

    private func setWriting() {
        nghttp2_session_callbacks_set_send_data_callback(pointer) { _, frame, header, count, source, owner in
            guard let header else { return 0 }
            return HTTP2Session.with(owner, else: 0) { owner in
                HTTP2Stream.with(source, else: 0) { owner.write(header: header, count: count, of: $0) }
            }
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(pointer) { _, frame, owner in
            guard let frame else { return 0 }
            HTTP2Session.with(owner, else: ()) { $0.sent(frame.pointee) }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_not_send_callback(pointer) { _, frame, _, owner in
            guard let frame else { return 0 }
            HTTP2Session.with(owner, else: ()) { $0.notSent(frame.pointee) }
            return 0
        }
    }
}

extension HTTP2Session {
    static let callbacks = HTTP2Callbacks()

    /// Calls `body` with the session that a callback was given, or else comes to `none`.
    ///
    /// It is not counted on the way: none but its own methods has nghttp2 call back.
    @inline(__always)
    static func with<Result>(
        _ owner: UnsafeMutableRawPointer?, else none: Result, _ body: (HTTP2Session) -> Result
    ) -> Result {
        guard let owner else { return none }
        return Unmanaged<HTTP2Session>.fromOpaque(owner)._withUnsafeGuaranteedRef(body)
    }

    /// The header of a frame has come.
    func frameBegan(_ header: nghttp2_frame_hd) {
        if header.type == UInt8(NGHTTP2_CONTINUATION.rawValue) {
            headByteCount += header.length
        } else {
            isReceivingHead = false
            headByteCount = header.length
        }
    }

    /// Fields are about to come: of a new stream's head, or of one that is open.
    func fieldsBegan(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
        isReceivingHead = true
        unpackedByteCount = 0
        let id = frame.pointee.hd.stream_id
        let isOpen = HTTP2Stream.with(session, id, else: false) { stream in
            stream.section = stream.hasHead ? .trailers : .unknown
            guard stream.hasHead else { return true }
            switch role {
            case .server: stream.request.beginTrailers()
            case .client: stream.response.beginTrailers()
            }
            return true
        }
        guard !isOpen, role == .server else { return 0 }
        let stream = pool.take()
        stream.request.begin()
        stream.section = .head
        opened(stream, id: id)
        // The session keeps the stream alive as long as nghttp2 knows it.
        nghttp2_session_set_stream_user_data(session, id, Unmanaged.passUnretained(stream).toOpaque())
        // Streams take turns, instead of the first one having it all (RFC 9218 §10).
        var priority = nghttp2_extpri(urgency: 3, inc: 1)
        check(nghttp2_session_change_extpri_stream_priority(session, id, &priority, 1))
        return 0
    }

    /// Whether so many bytes of a field may come out of the head that is coming in; if not, the rest of it is not looked at.
    ///
    /// A reference of one byte can be a field of thousands (CVE-2016-6581), and nghttp2 looks at each byte of each of them.
    @inline(__always)
    func unpacks(_ count: Int) -> Bool {
        unpackedByteCount += count + HTTP2FieldRules.overhead
        guard unpackedByteCount > limits.headBytes else { return true }
        conduct?.unpackedTooMuch()
        return false
    }

    /// A whole frame has come.
    func received(_ frame: UnsafePointer<nghttp2_frame>) {
        let header = frame.pointee.hd
        let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch nghttp2_frame_type(UInt32(header.type)) {
        case NGHTTP2_HEADERS:
            isReceivingHead = false
            HTTP2Stream.with(session, header.stream_id, else: ()) { receivedFields(of: $0, endsStream: endsStream) }
        case NGHTTP2_DATA where endsStream:
            HTTP2Stream.with(session, header.stream_id, else: ()) { events.append(.ended($0)) }
        case NGHTTP2_GOAWAY:
            let notice = frame.pointee.goaway
            events.append(.goAway(lastStream: notice.last_stream_id, HTTP2ErrorCode(received: notice.error_code)))
        case NGHTTP2_SETTINGS:
            if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 { events.append(.settings) }
        case NGHTTP2_PING:
            guard header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 else { return }
            let payload = withUnsafeBytes(of: frame.pointee.ping.opaque_data) { $0.loadUnaligned(as: UInt64.self) }
            events.append(.pong(UInt64(bigEndian: payload)))
        default: break
        }
    }

    private func receivedFields(of stream: HTTP2Stream, endsStream: Bool) {
        switch stream.section {
        case .trailers: events.append(.trailers(stream))
        case .interim:
            stream.interimCount += 1
            events.append(.interim(stream))
        case .head, .unknown:
            stream.hasHead = true
            stream.headByteCount = headByteCount
            events.append(.head(stream, endsStream: endsStream))
        }
    }

    /// Appends a DATA frame of the stream's next bytes, if there is room.
    func write(header: UnsafePointer<UInt8>, count: Int, of stream: HTTP2Stream) -> Int32 {
        guard output.count < outputLimit else { return NGHTTP2_ERR_WOULDBLOCK.rawValue }
        output.reserve(9 + count)
        output.append(UnsafeRawBufferPointer(start: header, count: 9))
        conduct?.sentData(count, isCut: count < stream.waitingCount)
        stream.take(count, into: &output)
        stream.sentCount += 9 + count
        if stream.owesDrained, stream.kept.isEmpty {
            stream.owesDrained = false
            stream.kept = ByteBuffer()
            events.append(.drained(stream))
        }
        return 0
    }

    /// A whole frame is in the output.
    func sent(_ frame: nghttp2_frame) {
        if frame.hd.type == UInt8(NGHTTP2_GOAWAY.rawValue), frame.goaway.error_code != NGHTTP2_NO_ERROR.rawValue {
            hasRefused = true
        }
        if frame.hd.type == UInt8(NGHTTP2_RST_STREAM.rawValue) { return sentReset(frame.rst_stream.error_code) }
        let isHead = frame.hd.type == UInt8(NGHTTP2_HEADERS.rawValue)
        guard isHead || frame.hd.type == UInt8(NGHTTP2_DATA.rawValue) else { return }
        HTTP2Stream.with(session, frame.hd.stream_id, else: ()) { sent(frame.hd, of: $0, isHead: isHead) }
    }

    private func sent(_ header: nghttp2_frame_hd, of stream: HTTP2Stream, isHead: Bool) {
        if isHead { stream.sentCount += HTTP2FrameHeader.size + header.length }
        guard header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 else { return }
        stream.hasSentEnd = true
        conduct?.answered()
        guard role == .server, !stream.isTunnel, nghttp2_session_get_stream_remote_close(session, stream.id) == 0
        else { return }
        events.append(.answered(stream))
    }

    /// A stream was reset by this side.
    private func sentReset(_ code: UInt32) {
        switch HTTP2ErrorCode(rawValue: code) {
        // A backend failed, or the request was answered before it was whole: that is not the client's doing.
        case .noError, .internalError, .cancel: break
        default: conduct?.provoked()
        }
    }

    /// A frame is not going to be sent.
    func notSent(_ frame: nghttp2_frame) {
        guard frame.hd.type == UInt8(NGHTTP2_HEADERS.rawValue) else { return }
        guard role == .client else {
            // Nobody else would tell the client that nothing comes: nghttp2 takes no body where there is no head.
            return HTTP2Stream.with(session, frame.hd.stream_id, else: ()) { stream in
                if stream.isOpen { reset(stream, .internalError) }
            }
        }
        guard frame.headers.cat == NGHTTP2_HCAT_REQUEST else { return }
        // nghttp2 may never have opened the stream, and then says nothing of its end.
        guard let stream = streams.first(where: { $0.id == frame.hd.stream_id }) else { return }
        closed(stream, .refusedStream)
    }
}

extension HTTP2Stream {
    /// Calls `body` with the stream of that number, or comes to `none` where it is closed.
    ///
    /// It is not counted on the way: the session holds it as long as nghttp2 knows it.
    @inline(__always)
    static func with<Result>(
        _ session: OpaquePointer?, _ id: Int32, else none: Result, _ body: (HTTP2Stream) -> Result
    ) -> Result {
        with(nghttp2_session_get_stream_user_data(session, id), else: none, body)
    }

    /// The same with the stream that is the source of data.
    @inline(__always)
    static func with<Result>(
        _ source: UnsafeMutablePointer<nghttp2_data_source>?, else none: Result, _ body: (HTTP2Stream) -> Result
    ) -> Result {
        with(source?.pointee.ptr, else: none, body)
    }

    @inline(__always)
    private static func with<Result>(
        _ pointer: UnsafeMutableRawPointer?, else none: Result, _ body: (HTTP2Stream) -> Result
    ) -> Result {
        guard let pointer else { return none }
        return Unmanaged<HTTP2Stream>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
    }
}
