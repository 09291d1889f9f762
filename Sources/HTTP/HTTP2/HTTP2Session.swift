package import Bytes
internal import CNghttp2

/// One side of an HTTP/2 connection (RFC 9113) as a state machine: bytes go in, events and bytes come out. No I/O, no clock.
///
/// nghttp2 does framing, field compression and the states of streams, and must not be called from within its callbacks by
/// whoever an event leads to. So callbacks only fill assemblers and note events; the owner walks `events` afterwards.
/// Bytes to be sent gather in `output`, which the owner empties.
package final class HTTP2Session {
    /// Which side of the connection this is.
    package enum Role: Sendable {
        case server
        case client
    }

    /// Which side this is.
    package let role: Role
    /// The bounds that hold for the other side.
    package let limits: HTTP2Limits
    /// What has happened since the owner last forgot it; pieces of bodies are valid until more is received.
    package internal(set) var events: ContiguousArray<HTTP2Event> = []
    /// The frames to be sent next.
    package var output = ByteBuffer()
    /// The streams that are open, in no order.
    package internal(set) var streams: ContiguousArray<HTTP2Stream> = []
    /// Whether the connection is of no more use: what is in `output` may still be sent, nothing is read any more.
    package internal(set) var isBroken = false
    /// Whether the other side was told that the connection ends because of what it has sent.
    package internal(set) var hasRefused = false
    /// Whether the fields of a head are coming in and have not ended.
    package internal(set) var isReceivingHead = false
    /// The size that the connection's window for what comes was last given.
    package internal(set) var windowSize: Int

    let pool: HTTP2StreamPool
    /// What the client's frames are measured by; a client's session has none, for its backend is the operator's own.
    var conduct: HTTP2Conduct?
    private var isEnding = false
    /// How many bytes the frames have of the head that is coming in.
    var headByteCount = 0
    /// How many bytes have come out of it, with what each field counts for.
    var unpackedByteCount = 0
    /// How far `output` may be filled by the call under way.
    var outputLimit = 0
    private(set) var session: OpaquePointer
    private let memory: HTTP2SessionMemory

    /// The most that the fields of a head may take before they are packed, in bytes: more than any that comes to be sent.
    private static let longestSentHead = 256 * 1024

    /// A side of a connection that nothing was read from; its greeting is due at once.
    ///
    /// - Parameters:
    ///   - role: which side it is.
    ///   - limits: what the other side may have open and send.
    ///   - pool: where streams are taken from.
    package init(role: Role, limits: HTTP2Limits, pool: HTTP2StreamPool) {
        self.role = role
        self.limits = limits
        self.pool = pool
        memory = HTTP2SessionMemory(pool.pages)
        windowSize = limits.connectionWindow
        if role == .server { conduct = HTTP2Conduct(limits: limits) }
        var options: OpaquePointer?
        precondition(nghttp2_option_new(&options) == 0, "out of memory")
        defer { nghttp2_option_del(options) }
        nghttp2_option_set_no_auto_window_update(options, 1)
        nghttp2_option_set_no_closed_streams(options, 1)
        // nghttp2's own bound is less than what heads of HTTP/1 may hold.
        nghttp2_option_set_max_send_header_block_length(options, Self.longestSentHead)
        nghttp2_option_set_max_deflate_dynamic_table_size(options, limits.encoderTableSize)
        nghttp2_option_set_max_outbound_ack(options, limits.queuedAcknowledgements)
        nghttp2_option_set_max_settings(options, limits.settingsPerFrame)
        // Debian 12's nghttp2 counts the same frame again each time that a part of its header comes. `conduct` counts frames.
        nghttp2_option_set_max_continuations(options, (limits.continuationsPerHead + 1) * HTTP2FrameHeader.size)
        // `conduct` counts them, and knows which of them are paid for.
        nghttp2_option_set_stream_reset_rate_limit(options, .max, .max)
        let make = role == .server ? nghttp2_session_server_new3 : nghttp2_session_client_new3
        var functions = memory.functions
        var made: OpaquePointer?
        // The callbacks are called only from methods of this object, so it is there whenever they are.
        session = OpaquePointer(bitPattern: 1).unsafelyUnwrapped
        precondition(
            make(&made, Self.callbacks.pointer, Unmanaged.passUnretained(self).toOpaque(), options, &functions) == 0,
            "out of memory")
        guard let made else { preconditionFailure("nghttp2 made no session") }
        session = made
        submitSettings()
    }

    deinit { nghttp2_session_del(session) }

    private func submitSettings() {
        var settings: [nghttp2_settings_entry] = [
            Self.setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindow),
            Self.setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.fieldSectionSize),
        ]
        if limits.frameSize != 16_384 {
            settings.append(Self.setting(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, limits.frameSize))
        }
        if limits.decoderTableSize != 4096 {
            settings.append(Self.setting(NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, limits.decoderTableSize))
        }
        switch role {
        case .server:
            settings.append(Self.setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.concurrentStreams))
            settings.append(Self.setting(NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1))
            settings.append(Self.setting(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1))
        case .client:
            settings.append(Self.setting(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
        }
        check(nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count))
        check(nghttp2_session_set_local_window_size(session, 0, 0, Int32(clamping: windowSize)))
    }

    private static func setting(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(clamping: value))
    }

    // MARK: Bytes

    /// Takes the next bytes of the other side, all of them; `events` has what they come to.
    ///
    /// A breach of the protocol is answered by nghttp2 with a GOAWAY, which then waits to be sent; so is `abuse`, behind which
    /// nothing is read any more.
    ///
    /// - Parameter now: the time in nanoseconds, on a clock that never runs backwards.
    package func receive(_ bytes: UnsafeMutableRawBufferPointer, at now: UInt64) {
        guard let start = bytes.baseAddress, !isBroken else { return }
        let admitted = conduct?.admit(UnsafeRawBufferPointer(bytes), at: now) ?? bytes.count
        let count = nghttp2_session_mem_recv(session, start.assumingMemoryBound(to: UInt8.self), admitted)
        if count < 0 { isBroken = true }
        endIfAbused()
    }

    /// The bound that the client has overstepped, for which its connection ends with ENHANCE_YOUR_CALM.
    package var abuse: HTTP2Abuse? { conduct?.abuse }

    /// Takes note that a head was refused for its size or form, which an honest client seldom sees.
    package func refusedHead() {
        conduct?.provoked()
        endIfAbused()
    }

    private func endIfAbused() {
        guard abuse != nil, !isEnding else { return }
        isEnding = true
        terminate(.enhanceYourCalm)
    }

    /// Appends the frames that may be sent now to `output`, until it holds `limit` bytes or one frame more.
    package func write(limit: Int) {
        outputLimit = limit
        while output.count < limit {
            var frame: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(session, &frame)
            guard count > 0 else {
                if count < 0 { isBroken = true }
                return
            }
            output.append(UnsafeRawBufferPointer(start: frame, count: count))
            endIfAbused()
        }
    }

    /// Forgets the events that were seen to.
    package func forgetEvents() {
        // The few that there are mostly go faster one by one.
        while events.popLast() != nil {}
    }

    /// Whether nothing more is going to be read or written: the connection can be closed once `output` was sent.
    package var isOver: Bool {
        isBroken || nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
    }

    /// Gives back memory that is not needed while the connection is idle; does nothing where it is not.
    package func rest() {
        guard streams.isEmpty, events.isEmpty, output.isEmpty, nghttp2_session_want_write(session) == 0 else { return }
        memory.release()
        events = []
        streams = []
    }

    /// How many frames wait to be sent, data left out.
    package var queuedFrameCount: Int { nghttp2_session_get_outbound_queue_size(session) }

    // MARK: The connection

    /// How many streams the other side lets this one have open.
    package var permittedStreamCount: Int {
        Int(nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS))
    }

    /// The number of the last stream of the other side that was taken up.
    package var lastStream: Int32 { nghttp2_session_get_last_proc_stream_id(session) }

    /// Says that the connection is going to end, without refusing what is on its way (RFC 9113 §6.8).
    package func giveNotice() { check(nghttp2_submit_shutdown_notice(session)) }

    /// Takes no more streams; those that are open go on.
    package func goAway() {
        check(nghttp2_submit_goaway(session, 0, lastStream, HTTP2ErrorCode.noError.rawValue, nil, 0))
    }

    /// Ends the connection with all its streams once this was said.
    package func terminate(_ code: HTTP2ErrorCode) { check(nghttp2_session_terminate_session(session, code.rawValue)) }

    /// Asks for an answer, which comes as `pong`.
    package func ping(_ payload: UInt64) {
        withUnsafeBytes(of: payload.bigEndian) {
            check(nghttp2_submit_ping(session, 0, $0.baseAddress?.assumingMemoryBound(to: UInt8.self)))
        }
    }

    /// Notes that nghttp2 can do nothing any more, which lack of memory alone explains.
    func check(_ result: Int32) {
        if nghttp2_is_fatal(result) != 0 { isBroken = true }
    }

    // MARK: The streams that are open

    func opened(_ stream: HTTP2Stream, id: Int32) {
        stream.id = id
        stream.isOpen = true
        stream.windowSize = limits.streamWindow
        stream.index = streams.count
        streams.append(stream)
    }

    func closed(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
        guard stream.isOpen else { return }
        stream.isOpen = false
        // From now on the event holds it.
        events.append(.closed(stream, code))
        let last = streams.removeLast()
        if last !== stream {
            streams[stream.index] = last
            last.index = stream.index
        }
    }
}
