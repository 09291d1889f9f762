import Bytes
import HTTP

/// A client of HTTP/2, with calls that wait, but not for ever.
final class HTTP2Client {
    /// What has come of one request.
    final class Answer {
        let stream: HTTP2Stream
        let id: Int32
        fileprivate(set) var status = 0
        fileprivate(set) var interim: [Int] = []
        fileprivate(set) var fields: [String] = []
        fileprivate(set) var body: [UInt8] = []
        fileprivate(set) var byteCount = 0
        fileprivate(set) var trailers = ""
        /// Whether the proxy has ended its direction.
        fileprivate(set) var isEnded = false
        /// Why the stream ended, once it has.
        fileprivate(set) var code: HTTP2ErrorCode?

        init(_ stream: HTTP2Stream) {
            self.stream = stream
            id = stream.id
        }

        var text: String { String(decoding: body, as: UTF8.self) }

        subscript(name: String) -> String? {
            fields.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
        }
    }

    let stream: TestStream
    let session: HTTP2Session
    /// Whether credit for answers is returned as they come.
    var takesBodies = true
    /// What the proxy has said of the connection's end.
    private(set) var goAway: (lastStream: Int32, code: HTTP2ErrorCode)?
    private(set) var pongs: [UInt64] = []
    private var answers: [Int32: Answer] = [:]

    init(_ stream: TestStream, limits: HTTP2Limits = HTTP2Limits()) {
        self.stream = stream
        session = HTTP2Session(role: .client, limits: limits, pool: HTTP2StreamPool(headLimits: .request))
    }

    /// Sends the head of a request; a body follows unless it ends the stream.
    func request(
        _ method: String = "GET", _ path: String = "/v2/", host: String = "registry.test",
        fields: [(String, String)] = [], endsStream: Bool = true
    ) throws -> Answer {
        var block = HTTP2FieldBlock()
        let pseudo = [(":method", method), (":scheme", "http"), (":authority", host), (":path", path)]
        for (name, value) in pseudo + fields {
            Array(name.utf8).withUnsafeBytes { name in Array(value.utf8).withUnsafeBytes { block.add(name, $0) } }
        }
        guard let stream = session.submitRequest(&block, endsStream: endsStream, owner: nil) else {
            throw TestFault("no further stream can be opened")
        }
        let answer = Answer(stream)
        answers[answer.id] = answer
        try flush()
        return answer
    }

    /// Sends a piece of a request's body, as far as the windows let it; the rest is sent when they do.
    func send(_ bytes: [UInt8], isLast: Bool = false, on answer: Answer) throws {
        bytes.withUnsafeBytes {
            session.offer($0, isLast: isLast, on: answer.stream)
            session.keepRest(of: answer.stream)
        }
        try flush()
    }

    func send(_ text: String, isLast: Bool = false, on answer: Answer) throws {
        try send(Array(text.utf8), isLast: isLast, on: answer)
    }

    /// Ends a request with trailers.
    func end(_ answer: Answer, trailers: [(StaticString, StaticString)]) throws {
        for (name, value) in trailers { answer.stream.trailers.add(name, value) }
        session.end(answer.stream)
        try flush()
    }

    func reset(_ answer: Answer, _ code: HTTP2ErrorCode = .cancel) throws {
        session.reset(answer.stream, code)
        try flush()
    }

    /// Sends the frames that may be sent.
    func flush() throws {
        session.write(limit: .max)
        walk()
        let bytes = Array(session.output.readable)
        session.output.removeAll()
        if !bytes.isEmpty { try stream.send(bytes) }
    }

    /// Waits for the whole answer, or for its end that cuts it.
    @discardableResult
    func receive(_ answer: Answer) throws -> Answer {
        try receive(until: "the end of an answer") { answer.isEnded || answer.code != nil }
        return answer
    }

    /// Takes what comes until something is so.
    func receive(until what: String, _ isReached: () -> Bool) throws {
        while !isReached() {
            guard try stream.fill() else { throw TestFault("the connection ended before \(what)") }
            try takeBuffered()
        }
    }

    /// Takes what comes up to the end of the connection.
    func receiveToEnd() throws {
        while try stream.fill() { try? takeBuffered() }
    }

    private func takeBuffered() throws {
        var bytes = try stream.receive(stream.buffered.count)
        bytes.withUnsafeMutableBytes {
            session.receive($0, at: 0)
            walk()
        }
        try flush()
    }

    private func walk() {
        var index = 0
        while index < session.events.count {
            note(session.events[index])
            index += 1
        }
        session.forgetEvents()
    }

    private func note(_ event: HTTP2Event) {
        switch event {
        case .head(let stream, let endsStream):
            guard let answer = answers[stream.id] else { return }
            var head = ResponseHead()
            try? stream.response.complete(endsStream: endsStream, into: &head)
            answer.status = head.status
            let bytes = stream.response.bytes
            answer.fields = head.fields.map { field in
                "\(String(decoding: bytes[field.name], as: UTF8.self)): \(String(decoding: bytes[field.value], as: UTF8.self))"
            }
            if endsStream { answer.isEnded = true }
        case .interim(let stream):
            var head = ResponseHead()
            try? stream.interim.complete(endsStream: false, into: &head)
            answers[stream.id]?.interim.append(head.status)
        case .trailers(let stream):
            guard let answer = answers[stream.id], stream.response.completeTrailers() else { return }
            answer.trailers = String(decoding: stream.response.trailers, as: UTF8.self)
            answer.isEnded = true
        case .data(let stream, let piece):
            guard let answer = answers[stream.id] else { return }
            answer.byteCount += piece.count
            if answer.body.count < 1 << 20 { answer.body += piece }
            if takesBodies { session.consume(piece.count, on: stream) }
        case .ended(let stream): answers[stream.id]?.isEnded = true
        case .closed(let stream, let code):
            answers[stream.id]?.code = code
            session.abandonInput(of: stream)
        case .goAway(let last, let code): goAway = (last, code)
        case .pong(let payload): pongs.append(payload)
        case .drained, .answered, .settings: break
        }
    }
}
