internal import Bytes
internal import HTTP

/// A whole client connection: pipelined requests with their bodies, answered in turn.
///
/// How the bytes are cut must not change which requests are seen, nor where the connection ends.
enum ServerConnectionCheck {
    /// What a server would have done, in order.
    enum Event: Equatable {
        case request(RequestShape)
        case rejected(RequestError)
        case body([UInt8], trailers: [UInt8])
        case bodyFailed(BodyError)
        case answered(HTTP1ServerConnection.ResponseFraming, HTTP1ServerConnection.AfterResponse)
    }

    static func run(_ input: [UInt8]) throws(Violation) {
        var whole: [Event]?
        for arrival in Arrival.all(of: input) {
            var session = ServerSession()
            for piece in arrival.pieces(of: input) { try session.receive(piece) }
            if let whole {
                try requireEqual(session.events, whole, "the connection cut at \(arrival.ends.dropLast())")
            } else {
                whole = session.events
            }
        }
    }
}

/// The server's side of one connection, as far as it can be played without a socket.
private struct ServerSession {
    private(set) var events: [ServerConnectionCheck.Event] = []
    private var connection = HTTP1ServerConnection()
    private var head = RequestHead()
    private var request: RequestShape?
    private var waiting: [UInt8] = []
    private var body: [UInt8] = []
    private var isOver = false

    mutating func receive(_ piece: ArraySlice<UInt8>) throws(Violation) {
        waiting += piece
        while !isOver {
            let before = (waiting.count, events.count)
            if request == nil { try readHead() } else { try readBody() }
            if (waiting.count, events.count) == before { return }
        }
    }

    private mutating func readHead() throws(Violation) {
        let bytes = ExactBytes(waiting)
        switch bytes.withSpan({ connection.receiveHead($0, into: &head) }) {
        case .needMore: break
        case .reject(let error):
            events.append(.rejected(error))
            try answer(status: error.status, length: .known(0), keepAlive: true)
            try require(isOver, "nothing is read behind a request that was refused")
        case .request(let count):
            let shape = RequestShape(head)
            try require((1...waiting.count).contains(count), "a head of \(count) bytes in \(waiting.count)")
            try shape.checkRanges(headCount: count)
            events.append(.request(shape))
            request = shape
            body = []
            // What a request that is answered early leaves unread must not be taken for another one.
            if head.method == .patch, !connection.isBodyComplete {
                try answer(status: 403, length: .known(1), keepAlive: true)
                try require(isOver, "a connection whose request is not whole is not used on")
            }
            waiting.removeFirst(count)
        }
    }

    private mutating func readBody() throws(Violation) {
        guard let request else { return }
        if !connection.isBodyComplete, !waiting.isEmpty {
            let result: Result<DecodedBytes, BodyError> = try DecodedBytes.decode(waiting[...]) {
                (bytes) throws(BodyError) in try connection.receiveBody(bytes)
            }
            switch result {
            case .failure(let error):
                events.append(.bodyFailed(error))
                try answer(status: 400, length: .known(0), keepAlive: true)
                return try require(isOver, "nothing is read behind a body that is broken")
            case .success(let decoded):
                body += decoded.content
                waiting.removeFirst(decoded.consumed)
            }
        }
        guard connection.isBodyComplete else { return }
        switch request.framing {
        case .none: try require(body.isEmpty, "no body where none was declared")
        case .length(let length): try requireEqual(body.count, length, "the length of the body")
        case .chunked: break
        case .untilClose: throw Violation("no request ends with its connection")
        }
        events.append(.body(body, trailers: connection.trailers))
        // How it is answered depends on the request alone, so that it does not depend on the cuts.
        let target = Int(request.target.count)
        let length: [HTTP1ServerConnection.ResponseLength] = [.known(5), .unknown, .none]
        try answer(
            status: [200, 204, 304, 404][target % 4], length: length[target % 3], keepAlive: request.method != .delete)
    }

    private mutating func answer(
        status: Int, length: HTTP1ServerConnection.ResponseLength, keepAlive: Bool
    ) throws(Violation) {
        let framing = connection.respond(status: status, length: length, keepAlive: keepAlive)
        let next = connection.responseEnded()
        events.append(.answered(framing, next))
        if let request {
            if request.method == .head || status == 204 || status == 304 {
                try requireEqual(framing.coding, .none, "the framing of an answer without a body")
            }
            try require(
                framing.coding != .chunked || request.version == .http11, "HTTP/1.0 is not answered in chunks")
            if !request.isPersistent || !keepAlive || framing.coding == .untilClose {
                try require(next != .nextRequest, "a connection that was to end ends")
            }
        }
        try requireEqual(
            next == .nextRequest, framing.connection != .close, "what the client is told of the connection")
        isOver = next != .nextRequest
        if !isOver { try require(connection.isIdle, "a connection that was answered is idle") }
        request = nil
    }
}
