import Bytes
import HTTP

/// One side of an HTTP/2 connection in memory, and what came of the bytes that it was given.
final class HTTP2Peer {
    let session: HTTP2Session
    /// What has happened, in words.
    private(set) var log: [String] = []
    /// Whether credit is returned as soon as a piece has come.
    var takesBodies = true
    /// The time in nanoseconds.
    var now: UInt64 = 0
    /// Called with each event when it was noted.
    var react: (HTTP2Event) -> Void = { _ in }

    private let pool: HTTP2StreamPool

    init(_ role: HTTP2Session.Role, _ limits: HTTP2Limits = HTTP2Limits()) {
        pool = HTTP2StreamPool(headLimits: .request)
        session = HTTP2Session(role: role, limits: limits, pool: pool)
    }

    /// The frames that may be sent.
    func take(limit: Int = .max) -> [UInt8] {
        session.write(limit: limit)
        walk()
        let bytes = Array(session.output.readable)
        session.output.removeAll()
        return bytes
    }

    /// Takes bytes in, in pieces of that size.
    func give(_ bytes: [UInt8], by size: Int = .max) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Behind each piece there is nothing that belongs to it, as a sanitizer would see.
            var piece = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            piece.withUnsafeMutableBytes {
                session.receive($0, at: now)
                walk()
            }
        }
    }

    /// Notes something of the test's own.
    func note(_ text: String) { log.append(text) }

    func forgetLog() { log.removeAll() }

    private func walk() {
        var index = 0
        while index < session.events.count {
            let event = session.events[index]
            index += 1
            note(event)
            react(event)
            if case .closed(let stream, _) = event {
                session.abandonInput(of: stream)
                pool.giveBack(stream)
            }
        }
        session.forgetEvents()
    }

    private func note(_ event: HTTP2Event) {
        switch event {
        case .head(let stream, let endsStream): note(head(of: stream, endsStream) + (endsStream ? " whole" : ""))
        case .interim(let stream): note("\(stream.id) interim \(response(&stream.interim, false))")
        case .trailers(let stream):
            let isSound =
                session.role == .server ? stream.request.completeTrailers() : stream.response.completeTrailers()
            let lines = session.role == .server ? stream.request.trailers : stream.response.trailers
            note("\(stream.id) trailers \(isSound) \(text(lines))")
        case .data(let stream, let piece):
            // However it was cut.
            let prefix = "\(stream.id) data "
            if let last = log.last, last.hasPrefix(prefix) {
                log[log.count - 1] = last + text(UnsafeRawBufferPointer(piece))
            } else {
                note(prefix + text(UnsafeRawBufferPointer(piece)))
            }
            if takesBodies { session.consume(piece.count, on: stream) }
        case .ended(let stream): note("\(stream.id) ended")
        case .drained(let stream): note("\(stream.id) drained")
        case .answered(let stream): note("\(stream.id) answered")
        case .closed(let stream, let code): note("\(stream.id) closed \(code)")
        case .goAway(let last, let code): note("goaway \(last) \(code)")
        case .settings: note("settings")
        case .pong(let payload): note("pong \(payload)")
        }
    }

    private func head(of stream: HTTP2Stream, _ endsStream: Bool) -> String {
        guard session.role == .server else { return "\(stream.id) \(response(&stream.response, endsStream))" }
        var head = RequestHead()
        switch stream.request.complete(endsStream: endsStream, into: &head) {
        case .complete:
            return
                "\(stream.id) \(text(stream.request.bytes[head.methodRange])) \(text(stream.request.bytes[head.target]))"
        case .malformed: return "\(stream.id) malformed"
        case .refused(let error): return "\(stream.id) refused \(error)"
        }
    }

    private func response(_ assembler: inout HTTP2ResponseAssembler, _ endsStream: Bool) -> String {
        var head = ResponseHead()
        do {
            try assembler.complete(endsStream: endsStream, into: &head)
            return "\(head.status)"
        } catch {
            return "\(error)"
        }
    }

    private func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension HTTP2Peer {
    /// Moves frames between two sides until neither has any.
    static func exchange(_ one: HTTP2Peer, _ other: HTTP2Peer) {
        while true {
            let there = one.take()
            other.give(there)
            let back = other.take()
            one.give(back)
            if there.isEmpty, back.isEmpty { return }
        }
    }

    /// Opens a stream with a request.
    @discardableResult
    func request(_ method: StaticString = "GET", _ path: StaticString = "/", endsStream: Bool = true) -> HTTP2Stream? {
        var block = HTTP2FieldBlock()
        block.add(":method", method)
        block.add(":scheme", "https")
        block.add(":authority", "app.test")
        block.add(":path", path)
        return session.submitRequest(&block, endsStream: endsStream, owner: nil)
    }

    /// Answers a request.
    func respond(_ status: Int = 200, endsStream: Bool = true, on stream: HTTP2Stream) {
        var block = HTTP2FieldBlock()
        block.add(":status", decimal: status)
        if status < 200 {
            session.submitInterim(&block, on: stream)
        } else {
            session.submitHead(&block, endsStream: endsStream, on: stream)
        }
    }

    /// Sends a piece of a body; what cannot be sent now is kept.
    func send(_ text: String, isLast: Bool = false, on stream: HTTP2Stream) {
        var text = text
        text.withUTF8 {
            session.offer(UnsafeRawBufferPointer($0), isLast: isLast, on: stream)
            session.keepRest(of: stream)
        }
    }
}
