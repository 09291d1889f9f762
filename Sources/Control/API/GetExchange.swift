internal import Bytes
internal import FoundationEssentials
internal import HTTP
internal import Net
internal import TLS

/// One GET request over a connection of its own, and its answer.
///
/// A connection for each request costs little on a local socket, and no request can suffer from what another left behind.
/// Nothing is called before `init` has returned, and nothing after the result.
final class GetExchange: EventSource {
    /// What happens to the answer's content.
    enum Delivery {
        /// It is gathered, up to `contentLimit`, and handed over at the end.
        case whole
        /// Each piece is handed on as it comes, for as long as it lasts; `opened` is called before the first one.
        case stream(opened: () -> Void, received: (UnsafeRawBufferPointer) -> Void)
    }

    /// The most bytes of an answer that are gathered.
    static let contentLimit = 16 << 20
    private static let pieceSize = 65_536
    private static let readsPerTurn = 16

    /// How a server is spoken to over TLS.
    struct Security {
        /// The loop's part of TLS.
        let engine: TLSEngine
        /// Whose certificates are believed, and the own one.
        let context: BackendContext
        /// The name or address that the server's certificate must be for.
        let serverName: ByteString
    }

    private let loop: EventLoop
    private let delivery: Delivery
    private let finished: (Result<[UInt8], APIError>) -> Void
    private var token: Token?
    private var transport: Transport?
    private var isConnected = false
    private var isSent = false
    private var failure: APIError?
    private var request = ByteBuffer()
    private var input = ByteBuffer(capacity: pieceSize)
    private var parser = ResponseHeadParser()
    private var head = ResponseHead()
    private var body: BodyDecoder?
    private var content: [UInt8] = []

    /// Sends the request and reports how it ended within `timeout`, which for a stream counts until its head only.
    ///
    /// - Parameter security: how TLS is spoken; nil in the clear.
    init(
        _ path: String, host: String, at address: SocketAddress, security: Security? = nil, on loop: EventLoop,
        timeout: Duration, delivery: Delivery = .whole, finished: @escaping (Result<[UInt8], APIError>) -> Void
    ) {
        self.loop = loop
        self.delivery = delivery
        self.finished = finished
        request.append(Array("GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n".utf8))
        do {
            let transport = try Self.connect(to: address, security)
            token = try loop.add(transport.descriptor, self)
            self.transport = transport
        } catch {
            failure = .unreachable("\(error)")
            let token = loop.add(self)
            self.token = token
            loop.again(token)
        }
        if let token { loop.setDeadline(timeout, for: token) }
    }

    private static func connect(to address: SocketAddress, _ security: Security?) throws -> Transport {
        let socket = try Socket.connect(to: address)
        if case .ip = address { Socket.setKeepAlive(socket.raw) }
        guard let security else { return Transport(plain: socket) }
        return try Transport(
            connecting: socket, engine: security.engine, context: security.context, serverName: security.serverName,
            sessions: BackendSessions())
    }

    /// Ends the exchange without a result.
    func cancel() {
        guard let token else { return }
        loop.remove(token)
        self.token = nil
        transport?.close()
        transport = nil
    }

    func ready(_ readiness: Readiness) {
        if let failure { return finish(.failure(failure)) }
        transport?.update(readiness)
        guard isConnected || connect(readiness) else { return }
        if case .failed(let error)? = transport?.flush() { return finish(.failure(.unreachable(error.description))) }
        guard shakeHands() else { return }
        send()
        receive()
    }

    /// Returns whether the connection stands.
    private func connect(_ readiness: Readiness) -> Bool {
        guard readiness.mayWrite || readiness.isEnding, let transport else { return false }
        if let error = Socket.connectError(transport.descriptor) {
            finish(.failure(.unreachable(error.description)))
            return false
        }
        isConnected = true
        return true
    }

    /// Returns whether the request can be sent.
    private func shakeHands() -> Bool {
        switch transport?.handshake() {
        case .complete: return true
        case .wouldBlock, nil: return false
        case .failed(let error):
            finish(.failure(.unreachable(error.description)))
            return false
        }
    }

    func deadlinePassed() { finish(.failure(.timedOut)) }

    private func finish(_ result: Result<[UInt8], APIError>) {
        guard token != nil else { return }
        cancel()
        finished(result)
    }

    private func send() {
        guard !isSent, let transport else { return }
        isSent = true
        if case .failed(let error) = transport.write(request.readable) {
            finish(.failure(.unreachable(error.description)))
        }
    }

    private func receive() {
        for _ in 0..<Self.readsPerTurn {
            guard let transport, transport.mayRead else { return }
            input.reserve(Self.pieceSize / 2)
            switch transport.read(into: input.writable) {
            case .bytes(let count):
                input.produced(count)
                process()
            case .wouldBlock:
                return
            case .end:
                return ended()
            case .failed(let error):
                return finish(.failure(.unreachable(error.description)))
            }
        }
        if let token { loop.again(token) }
    }

    private func process() {
        while body == nil {
            guard readHead() else { return }
        }
        do throws(BodyError) {
            while token != nil, !input.isEmpty, let piece = try body?.decode(input.mutableReadable), piece.consumed > 0
            {
                deliver(UnsafeRawBufferPointer(rebasing: input.readable[..<piece.produced]))
                input.consume(piece.consumed)
            }
        } catch {
            return finish(.failure(.unreachable("the answer is no HTTP: \(error.reason)")))
        }
        if body?.isComplete == true { complete() }
    }

    /// Returns whether another head may follow in what has come.
    private func readHead() -> Bool {
        let result = parser.parse(
            Span(_unsafeElements: input.readable.assumingMemoryBound(to: UInt8.self)), into: &head)
        switch result {
        case .partial:
            return false
        case .failed(let error):
            finish(.failure(.unreachable("the answer is no HTTP: \(error.reason)")))
            return false
        case .complete(let count):
            input.consume(count)
            if head.isInterim { return !input.isEmpty }
            body = BodyDecoder(head.framing(requestMethod: .get))
            if isStream, let token, case .stream(let opened, _) = delivery {
                loop.clearDeadline(for: token)
                opened()
            }
            return token != nil
        }
    }

    private var isStream: Bool {
        if case .stream = delivery { return head.status == 200 }
        return false
    }

    private func deliver(_ piece: UnsafeRawBufferPointer) {
        if isStream, case .stream(_, let received) = delivery { return received(piece) }
        guard content.count + piece.count <= Self.contentLimit else { return finish(.failure(.tooLong)) }
        content.append(contentsOf: piece)
    }

    private func ended() {
        guard body?.endOfInput() == true else {
            return finish(.failure(.unreachable("the connection was closed before the end of the answer")))
        }
        complete()
    }

    private func complete() {
        guard head.status != 200 else { return finish(.success(content)) }
        let message = (try? JSONDecoder().decode([String: TolerantText].self, from: Data(content)))?["message"]?.text
        finish(.failure(.refused(status: head.status, message: message ?? "")))
    }
}
