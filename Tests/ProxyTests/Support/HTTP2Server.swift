import Bytes
import HTTP

/// A backend's side of a connection of HTTP/2, with calls that wait, but not for ever.
final class HTTP2Server {
    /// One request, and what became of its stream.
    final class Request {
        let stream: HTTP2Stream
        let id: Int32
        fileprivate(set) var fields: [String] = []
        fileprivate(set) var body: [UInt8] = []
        fileprivate(set) var trailers = ""
        fileprivate(set) var isEnded = false
        /// Why the stream ended, once it has.
        fileprivate(set) var code: HTTP2ErrorCode?

        init(_ stream: HTTP2Stream) {
            self.stream = stream
            id = stream.id
        }

        subscript(name: String) -> String? {
            fields.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
        }

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let session: HTTP2Session
    /// Whether credit for requests is returned as they come.
    var takesBodies = true
    private(set) var requests: [Request] = []
    private let stream: TestStream
    private var taken = 0

    init(_ connection: ScriptedBackend.Connection, limits: HTTP2Limits = HTTP2Limits()) {
        stream = connection.stream
        session = HTTP2Session(role: .server, limits: limits, pool: HTTP2StreamPool(headLimits: .request))
    }

    /// The next request, once its head has come.
    func next() throws -> Request {
        try receive(until: "a request") { requests.count > taken }
        taken += 1
        return requests[taken - 1]
    }

    /// The next request, once it is whole.
    func nextWhole() throws -> Request {
        let request = try next()
        try receive(until: "the end of a request") { request.isEnded }
        return request
    }

    /// Answers every request with its path and body, until the other side has closed.
    func echo() throws {
        while true {
            guard let request = try? nextWhole() else { return }
            try respond(to: request, [], body: "\(request[":path"] ?? "") \(request.text)", isLast: true)
        }
    }

    /// Sends the head of an answer, and a piece of its body.
    func respond(
        to request: Request, status: Int = 200, _ fields: [(StaticString, StaticString)] = [], body: String = "",
        isLast: Bool = false
    ) throws {
        var block = HTTP2FieldBlock()
        block.add(":status", decimal: status)
        for (name, value) in fields { block.add(name, value) }
        guard status >= 200 else {
            session.submitInterim(&block, on: request.stream)
            return try flush()
        }
        session.submitHead(&block, endsStream: isLast && body.isEmpty, on: request.stream)
        if !body.isEmpty { offer(Array(body.utf8), isLast: isLast, on: request) }
        try flush()
    }

    /// Sends a piece of an answer's body, as far as the windows let it; the rest is sent when they do.
    func send(_ bytes: [UInt8], isLast: Bool = false, on request: Request) throws {
        offer(bytes, isLast: isLast, on: request)
        try flush()
    }

    private func offer(_ bytes: [UInt8], isLast: Bool, on request: Request) {
        bytes.withUnsafeBytes {
            session.offer($0, isLast: isLast, on: request.stream)
            session.keepRest(of: request.stream)
        }
    }

    /// Ends an answer with trailers.
    func end(_ request: Request, trailers: [(StaticString, StaticString)]) throws {
        for (name, value) in trailers { request.stream.trailers.add(name, value) }
        session.end(request.stream)
        try flush()
    }

    func reset(_ request: Request, _ code: HTTP2ErrorCode) throws {
        session.reset(request.stream, code)
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

    /// Takes what comes until something is so.
    func receive(until what: String, _ isReached: () -> Bool) throws {
        try flush()
        while !isReached() {
            guard try stream.fill() else { throw TestFault("the connection ended before \(what)") }
            var bytes = try stream.receive(stream.buffered.count)
            bytes.withUnsafeMutableBytes {
                session.receive($0, at: 0)
                walk()
            }
            try flush()
        }
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
            let request = Request(stream)
            stream.owner = request
            var head = RequestHead()
            guard stream.request.complete(endsStream: endsStream, into: &head) == .complete else { return }
            let bytes = stream.request.bytes
            func text(_ range: ByteRange) -> String { String(decoding: bytes[range], as: UTF8.self) }
            request.fields = [":method: \(text(head.methodRange))", ":path: \(text(head.target))"]
            request.fields += head.fields.map { "\(text($0.name)): \(text($0.value))" }
            request.isEnded = endsStream
            requests.append(request)
        case .data(let stream, let piece):
            (stream.owner as? Request)?.body += piece
            if takesBodies { session.consume(piece.count, on: stream) }
        case .trailers(let stream):
            guard let request = stream.owner as? Request, stream.request.completeTrailers() else { return }
            request.trailers = String(decoding: stream.request.trailers, as: UTF8.self)
            request.isEnded = true
        case .ended(let stream): (stream.owner as? Request)?.isEnded = true
        case .closed(let stream, let code):
            (stream.owner as? Request)?.code = code
            session.abandonInput(of: stream)
        case .interim, .drained, .answered, .goAway, .settings, .pong: break
        }
    }
}
