internal import Bytes
internal import HTTP

/// A client's whole HTTP/2 connection: any bytes behind the preface, in frames or not.
///
/// How they are cut must not change what they come to. A server that answers as it goes keeps its bounds, sends whole frames and
/// nothing else, and hears of the end of every stream that it was told of.
enum HTTP2ServerSessionCheck {
    static func run(_ input: [UInt8]) throws(Violation) {
        var whole: HTTP2SilentServer?
        for arrival in Arrival.all(of: input) {
            var server = HTTP2SilentServer()
            server.receive(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
            for piece in arrival.pieces(of: input) { server.receive(Array(piece)) }
            if let whole {
                try requireEqual(server.events, whole.events, "the connection cut at \(arrival.ends.dropLast())")
                try requireEqual(
                    server.session.abuse, whole.session.abuse,
                    "what is held against it, cut at \(arrival.ends.dropLast())")
            } else {
                whole = server
            }
            guard arrival.ends.count < 10 else { continue }
            var answering = HTTP2AnsweringServer()
            answering.receive(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
            for piece in arrival.pieces(of: input) { answering.receive(Array(piece)) }
            try answering.end(inputCount: input.count)
        }
    }
}

/// A server that only listens, so that what it hears depends on nothing but the bytes.
private struct HTTP2SilentServer {
    let session: HTTP2Session
    /// What has happened, in words, without pieces of bodies that were never whole: how much of these is seen is for the cuts to say.
    private(set) var events: [String] = []
    private var bodies: [Int32: [UInt8]] = [:]
    /// Whether the client has said that it is going: what is read of it then, if anything, is not promised.
    private var isGoing = false

    init() {
        session = HTTP2Session(role: .server, limits: HTTP2Limits(), pool: HTTP2StreamPool(headLimits: .request))
    }

    mutating func receive(_ bytes: [UInt8]) {
        // In memory of its own, behind which a sanitizer would see the first byte.
        var bytes = bytes
        bytes.withUnsafeMutableBytes { session.receive($0, at: 0) }
        for event in session.events { note(event) }
        session.forgetEvents()
    }

    private mutating func note(_ event: HTTP2Event) {
        if isGoing { return }
        switch event {
        case .head(let stream, let endsStream):
            var head = RequestHead()
            let result = stream.request.complete(endsStream: endsStream, into: &head)
            events.append("\(stream.id) head \(result) \(Array(stream.request.bytes).text)")
        case .trailers(let stream):
            events.append(
                "\(stream.id) trailers \(stream.request.completeTrailers()) \(bodies[stream.id, default: []].text)")
        case .data(let stream, let piece): bodies[stream.id, default: []] += piece
        case .ended(let stream): events.append("\(stream.id) ended \(bodies[stream.id, default: []].text)")
        case .closed(let stream, let code): events.append("\(stream.id) closed \(code)")
        case .goAway(let last, let code):
            events.append("goaway \(last) \(code)")
            isGoing = true
        case .settings: events.append("settings")
        case .pong(let payload): events.append("pong \(payload)")
        case .interim, .drained, .answered: events.append("out of place")
        }
    }
}

/// A server that answers each request when it is whole, and refuses those that cannot be read.
private struct HTTP2AnsweringServer {
    private let session: HTTP2Session
    private let pool = HTTP2StreamPool(headLimits: .request)
    private var output: [UInt8] = []
    private var open: Set<Int32> = []
    private var mostOpen = 0
    private var violation: Violation?

    init() {
        session = HTTP2Session(role: .server, limits: HTTP2Limits(), pool: pool)
    }

    mutating func receive(_ bytes: [UInt8]) {
        var bytes = bytes
        bytes.withUnsafeMutableBytes { session.receive($0, at: 0) }
        serve()
    }

    private mutating func serve() {
        repeat {
            var index = 0
            while index < session.events.count {
                handle(session.events[index])
                index += 1
            }
            session.forgetEvents()
            session.write(limit: 1 << 20)
            output += session.output.readable
            session.output.removeAll()
        } while !session.events.isEmpty
    }

    private mutating func handle(_ event: HTTP2Event) {
        switch event {
        case .head(let stream, let endsStream):
            guard stream.isOpen else { return }
            if !open.insert(stream.id).inserted { violation = Violation("two heads of stream \(stream.id)") }
            mostOpen = max(mostOpen, session.streams.count)
            var head = RequestHead()
            switch stream.request.complete(endsStream: endsStream, into: &head) {
            case .complete: if endsStream { answer(200, on: stream) }
            case .refused(let error):
                session.refusedHead()
                answer(error.status, on: stream)
            case .malformed: session.reset(stream, .protocolError)
            }
        case .trailers(let stream):
            guard stream.isOpen else { return }
            if stream.request.completeTrailers() {
                answer(200, on: stream)
            } else {
                session.reset(stream, .protocolError)
            }
        case .data(let stream, let piece): session.consume(piece.count, on: stream)
        case .ended(let stream): answer(200, on: stream)
        case .answered(let stream): session.reset(stream, .noError)
        case .closed(let stream, _):
            open.remove(stream.id)
            session.abandonInput(of: stream)
            pool.giveBack(stream)
        case .goAway, .settings, .pong, .interim, .drained: break
        }
    }

    private func answer(_ status: Int, on stream: HTTP2Stream) {
        guard stream.isOpen, !stream.hasSentEnd else { return }
        var block = HTTP2FieldBlock()
        block.add(":status", decimal: status)
        session.submitHead(&block, endsStream: false, on: stream)
        Array("answer".utf8).withUnsafeBytes {
            session.offer($0, isLast: true, on: stream)
            session.keepRest(of: stream)
        }
    }

    mutating func end(inputCount: Int) throws(Violation) {
        // Whoever is left is told, as when the connection ends.
        for stream in session.streams { session.reset(stream, .cancel) }
        serve()
        if let violation { throw violation }
        if !session.isOver { try require(open.isEmpty, "streams \(open) are never heard of again") }
        try require(
            mostOpen <= session.limits.concurrentStreams, "\(mostOpen) streams at once")
        // A request of a dozen bytes has an answer of some dozens, and a page where it is refused.
        try require(output.count <= 2048 + 16 * inputCount, "\(output.count) bytes for \(inputCount)")
        try checkFrames()
    }

    /// What was sent are whole frames that a server may send, and behind the last GOAWAY nothing.
    private func checkFrames() throws(Violation) {
        var rest = output[...]
        var isCalm = false
        while !rest.isEmpty {
            try require(rest.count >= 9, "a frame without a header: \(Array(rest))")
            let header = Array(rest.prefix(9))
            let length = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
            try require(rest.count >= 9 + length, "a frame without its end: \(header)")
            try require(length <= 16_384, "a frame of \(length)")
            try require([0, 1, 3, 4, 6, 7, 8].contains(header[3]), "a frame of type \(header[3])")
            if header[3] == 7 {
                let code = rest[(rest.startIndex + 13)..<(rest.startIndex + 17)]
                isCalm = isCalm || code.elementsEqual([0, 0, 0, 0xb])
            }
            rest = rest.dropFirst(9 + length)
        }
        if session.abuse != nil { try require(isCalm, "the end of an abused connection is not announced") }
    }
}
