internal import Bytes
internal import HTTP

/// A whole backend connection: what each request is answered with, and whether another one may follow.
///
/// The input is a row of exchanges, each a line `>>> METHOD` or `>>> METHOD upgrade` and what the backend sends.
/// How its bytes are cut must not change what the answer is, nor whether the connection is used again.
enum ClientConnectionCheck {
    /// What a client would have seen, in order.
    enum Event: Equatable {
        case informational(status: Int)
        case response(ResponseShape)
        case failed(ResponseError)
        case body([UInt8], trailers: [UInt8])
        case bodyFailed(BodyError)
        case closed(HTTP1ClientConnection.EndOfInput, isReusable: Bool)
    }

    static func run(_ input: [UInt8]) throws(Violation) {
        var connections = [HTTP1ClientConnection()]
        for exchange in exchanges(in: input) {
            var next: [HTTP1ClientConnection] = []
            var whole: [Event]?
            // A connection goes on from each way of cutting the last answer.
            let arrivals = Arrival.all(of: exchange.answer)
            for (index, arrival) in arrivals.enumerated() {
                var session = ClientSession(connections[min(index, connections.count - 1)], exchange)
                for piece in arrival.pieces(of: exchange.answer) { try session.receive(piece) }
                let isReusable = session.connection.isReusable
                if isReusable { next.append(session.connection) }
                try session.close()
                if let whole {
                    try requireEqual(session.events, whole, "the answer cut at \(arrival.ends.dropLast())")
                } else {
                    whole = session.events
                }
            }
            if next.isEmpty { return }
            connections = next
        }
    }

    /// A request and the bytes that come back.
    struct Exchange {
        var method: Method
        var mayUpgrade: Bool
        var answer: [UInt8]
    }

    private static func exchanges(in input: [UInt8]) -> [Exchange] {
        var exchanges: [Exchange] = []
        var rest = input[...]
        let mark = Array(">>> ".utf8)
        while !rest.isEmpty, exchanges.count < 4 {
            if rest.starts(with: mark) { rest = rest.dropFirst(mark.count) }
            let end = rest.firstIndex(of: ASCII.lineFeed) ?? rest.endIndex
            let words = rest[..<end].split(separator: ASCII.space)
            rest = rest[end...].dropFirst()
            let next = rest.indices.first { rest[$0...].starts(with: mark) } ?? rest.endIndex
            let method = words.first.map { Array($0).withUnsafeBytes { Method($0) } }
            exchanges.append(
                Exchange(method: method ?? .get, mayUpgrade: words.count > 1, answer: Array(rest[..<next])))
            rest = rest[next...]
        }
        return exchanges
    }
}

/// The client's side of one exchange, as far as it can be played without a socket.
private struct ClientSession {
    private(set) var events: [ClientConnectionCheck.Event] = []
    private(set) var connection: HTTP1ClientConnection
    private let exchange: ClientConnectionCheck.Exchange
    private var head = ResponseHead()
    private var response: ResponseShape?
    private var waiting: [UInt8] = []
    private var body: [UInt8] = []
    private var isOver = false

    init(_ connection: HTTP1ClientConnection, _ exchange: ClientConnectionCheck.Exchange) {
        self.connection = connection
        self.exchange = exchange
        self.connection.begin(method: exchange.method, mayUpgrade: exchange.mayUpgrade)
        self.connection.requestEnded()
    }

    mutating func receive(_ piece: ArraySlice<UInt8>) throws(Violation) {
        waiting += piece
        while !isOver, !waiting.isEmpty {
            let before = (waiting.count, events.count)
            if response == nil { try readHead() } else { try readBody() }
            if (waiting.count, events.count) == before { return }
        }
    }

    /// The backend closes. Says what that meant, and whether the connection could have been used before.
    mutating func close() throws(Violation) {
        let isReusable = connection.isReusable
        let end = connection.endOfInput()
        if response != nil, end == .complete || end == .ofSwitched {
            events.append(.body(body, trailers: connection.trailers))
        }
        events.append(.closed(end, isReusable: isReusable))
        try require(!connection.isReusable, "a connection that was closed is not used again")
        if isReusable { try requireEqual(end, .idle, "what the end of an idle connection means") }
    }

    private mutating func readHead() throws(Violation) {
        let bytes = ExactBytes(waiting)
        switch bytes.withSpan({ connection.receiveHead($0, into: &head) }) {
        case .needMore: break
        case .failed(let error):
            events.append(.failed(error))
            try require(!connection.isReusable, "a connection that failed is not used again")
            isOver = true
        case .informational(let count, let status):
            try require((1...waiting.count).contains(count), "a head of \(count) bytes in \(waiting.count)")
            try require(status < 200 && status != 101, "the status of an interim response")
            events.append(.informational(status: status))
            waiting.removeFirst(count)
        case .switched(let count):
            try require(head.status == 101 && exchange.mayUpgrade, "another protocol that was asked for")
            try require(connection.isSwitched && connection.isAmidSwitched, "a connection that has switched")
            try readResponse(count)
        case .response(let count):
            try require(head.status >= 200, "the status of a response")
            try readResponse(count)
        }
    }

    private mutating func readResponse(_ count: Int) throws(Violation) {
        let shape = ResponseShape(head)
        try require((1...waiting.count).contains(count), "a head of \(count) bytes in \(waiting.count)")
        try shape.checkRanges(headCount: count)
        events.append(.response(shape))
        waiting.removeFirst(count)
        response = shape
        if connection.isBodyComplete { events.append(.body([], trailers: connection.trailers)) }
    }

    private mutating func readBody() throws(Violation) {
        guard let response else { return }
        let wasComplete = connection.isBodyComplete
        let result: Result<DecodedBytes, BodyError> = try DecodedBytes.decode(waiting[...]) {
            (bytes) throws(BodyError) in try connection.receiveBody(bytes)
        }
        switch result {
        case .failure(let error):
            events.append(.bodyFailed(error))
            try require(!connection.isReusable, "a connection that failed is not used again")
            isOver = true
        case .success(let decoded):
            body += decoded.content
            waiting.removeFirst(decoded.consumed)
            if wasComplete {
                try requireEqual(decoded.consumed, 0, "what is taken behind a response")
                try require(!connection.isReusable, "a connection with bytes behind its response is not used again")
                isOver = true
            } else if connection.isBodyComplete {
                if case .length(let length) = response.declaredFraming, response.status != 101 {
                    try requireEqual(body.count, length, "the length of the body")
                }
                events.append(.body(body, trailers: connection.trailers))
            }
        }
    }
}
