internal import Bytes
internal import HTTP

/// A whole connection to a backend of HTTP/2: two requests are under way, and the input is what the backend sends behind
/// its first settings.
///
/// However its bytes are cut they must come to the same, for streams that were opened and are not over, and within what the
/// windows allow.
enum HTTP2ClientSessionCheck {
    static func run(_ input: [UInt8]) throws(Violation) {
        var whole: ClientSessionLog?
        for arrival in Arrival.all(of: input) {
            var log = ClientSessionLog()
            for piece in arrival.pieces(of: input) { try log.receive(piece) }
            log.finish()
            if let whole {
                try requireEqual(log.lines, whole.lines, "the answers cut at \(arrival.ends.dropLast())")
                try requireEqual(log.isBroken, whole.isBroken, "whether the connection is of use")
            } else {
                whole = log
            }
        }
    }
}

/// A session with two streams, and what its events came to.
private struct ClientSessionLog {
    private(set) var lines: [String] = []
    var isBroken: Bool { session.isBroken }

    private static let requestCount = 2
    private let session: HTTP2Session
    private let limits: HTTP2Limits
    private var streams: [HTTP2Stream] = []
    private var closed: Set<Int32> = []
    private var ended: Set<Int32> = []
    private var headed: Set<Int32> = []
    /// What has come of each body. How much of one that is malformed comes depends on how it is cut, so only whole ones count.
    private var bodies: [Int32: [UInt8]] = [:]

    init() {
        var limits = HTTP2Limits()
        // nghttp2 counts each piece in which the header of such a frame comes.
        limits.continuationsPerHead = 1000
        self.limits = limits
        session = HTTP2Session(role: .client, limits: limits, pool: HTTP2StreamPool(headLimits: .response))
        for _ in 0..<Self.requestCount {
            var block = HTTP2FieldBlock()
            block.add(":method", "POST")
            block.add(":scheme", "http")
            block.add(":authority", "app.test")
            block.add(":path", "/")
            if let stream = session.submitRequest(&block, endsStream: false, owner: nil) { streams.append(stream) }
        }
        session.write(limit: .max)
        let settings = ExactBytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
        session.receive(settings.memory, at: 0)
        session.forgetEvents()
    }

    mutating func receive(_ piece: ArraySlice<UInt8>) throws(Violation) {
        // Behind each piece there is nothing that belongs to it, as a sanitizer would see.
        let bytes = ExactBytes(Array(piece))
        session.receive(bytes.memory, at: 0)
        for event in session.events { try note(event, within: bytes.memory) }
        session.forgetEvents()
        for stream in streams {
            try requireEqual(stream.unconsumedCount, bodies[stream.id]?.count ?? 0, "the credit that is owed")
        }
    }

    /// Has the session answer, and go.
    mutating func finish() {
        session.write(limit: 1 << 20)
        session.forgetEvents()
    }

    private mutating func note(_ event: HTTP2Event, within piece: UnsafeMutableRawBufferPointer) throws(Violation) {
        if case .data(let stream, let bytes) = event { return try noteData(bytes, of: stream, within: piece) }
        switch event {
        case .interim(let stream):
            try check(stream, "an interim answer")
            try require(!headed.contains(stream.id), "an interim answer behind the final one")
            lines.append("\(stream.id) interim")
        case .head(let stream, let endsStream):
            try check(stream, "a head")
            try require(headed.insert(stream.id).inserted, "one head for each stream")
            try noteHead(stream, endsStream: endsStream)
        case .trailers(let stream):
            try check(stream, "trailers")
            try require(headed.contains(stream.id), "trailers behind a head")
            noteEnd(of: stream)
            guard stream.response.completeTrailers() else { return lines.append("\(stream.id) bad trailers") }
            let text = Array(stream.response.trailers)
            try HTTP2Fields.checkTrailers(text)
            lines.append("\(stream.id) trailers \(text.text)")
        case .ended(let stream):
            try check(stream, "an end")
            noteEnd(of: stream)
        case .closed(let stream, let code):
            try require(streams.contains { $0 === stream }, "a stream that was opened")
            try require(closed.insert(stream.id).inserted, "one end for each stream")
            lines.append("\(stream.id) closed \(code)")
        case .goAway(let last, let code): lines.append("goaway \(last) \(code)")
        case .settings: lines.append("settings \(session.permittedStreamCount)")
        case .pong(let payload): lines.append("pong \(payload)")
        case .data, .drained, .answered: throw Violation("nothing that could lead to \(event)")
        }
    }

    /// Whether an event may be of that stream.
    private func check(_ stream: HTTP2Stream, _ what: String) throws(Violation) {
        try require(streams.contains { $0 === stream }, "\(what) of a stream that was opened")
        try require(!closed.contains(stream.id), "\(what) of a stream that is over")
        try require(!ended.contains(stream.id), "\(what) behind the end of an answer")
    }

    private mutating func noteHead(_ stream: HTTP2Stream, endsStream: Bool) throws(Violation) {
        if endsStream { noteEnd(of: stream) }
        var head = ResponseHead()
        do throws(ResponseError) {
            try stream.response.complete(endsStream: endsStream, into: &head)
        } catch {
            return lines.append("\(stream.id) bad head \(error)")
        }
        try require((200...999).contains(head.status), "a final status, \(head.status)")
        try HTTP2Fields.check(ResponseShape(head).fields, in: Array(stream.response.bytes))
        lines.append("\(stream.id) head \(head.status) \(head.declaredFraming) \(Array(stream.response.bytes).text)")
    }

    private mutating func noteData(
        _ bytes: UnsafeMutableRawBufferPointer, of stream: HTTP2Stream, within piece: UnsafeMutableRawBufferPointer
    ) throws(Violation) {
        try check(stream, "data")
        try require(headed.contains(stream.id), "data behind a head")
        if let start = bytes.baseAddress, let first = piece.baseAddress {
            try require(start >= first && start + bytes.count <= first + piece.count, "data lies in what came")
        }
        bodies[stream.id, default: []] += bytes
        try require(
            bodies[stream.id]?.count ?? 0 <= limits.streamWindow, "no more data than the window lets come")
    }

    private mutating func noteEnd(of stream: HTTP2Stream) {
        ended.insert(stream.id)
        lines.append("\(stream.id) ended \((bodies[stream.id] ?? []).text)")
    }
}
