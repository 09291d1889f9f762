internal import Bytes
internal import HTTP
internal import Net
internal import Routing

/// Answers an exchange with the content of a file.
///
/// It reads as much as the client takes, a piece at a time into the worker's scratch memory, and lets others have their turn
/// in between.
final class FileResponder: Responder, EventSource {
    /// How many pieces are sent before other connections get their turn.
    private static let piecesPerTurn = 4

    private unowned(unsafe) let worker: Worker
    private let file: RegularFile
    private var exchange: Exchange?
    private var token = Token.none
    private var part: Range<Int>
    private var isPaused = false

    /// An answer with a part of the file; none is sent where it is empty.
    init(_ file: consuming RegularFile, part: Range<Int>, worker: Worker) {
        self.worker = worker
        self.file = file
        self.part = part
    }

    /// Sends the head, whose fields `head` holds, and begins with the content.
    func begin(for exchange: Exchange, status: Int, _ head: borrowing FileHead) {
        self.exchange = exchange
        token = worker.loop.add(self)
        response.status = status
        response.fields = head.fields
        response.declaredFraming = .length(part.count)
        if exchange.downstream.request.method == .head || status == 304 { part = part.upperBound..<part.upperBound }
        exchange.answer(from: self)
        exchange.receivedHead(response, in: head.bytes)
        deliver()
    }

    override func pause() { isPaused = true }

    override func resume() {
        guard isPaused else { return }
        isPaused = false
        worker.loop.again(token)
    }

    override func release() {
        exchange = nil
        worker.loop.remove(token)
    }

    func ready(_ readiness: Readiness) { deliver() }

    func deadlinePassed() {}

    private func deliver() {
        var pieces = 0
        while let exchange, !isPaused {
            guard pieces < Self.piecesPerTurn else { return worker.loop.again(token) }
            pieces += 1
            let region = worker.scratch.region(for: exchange)
            let piece = UnsafeMutableRawBufferPointer(rebasing: region[..<min(part.count, region.count)])
            guard piece.count > 0 else { return exchange.receivedResponse(piece, isLast: true) }
            guard let count = try? file.read(at: part.lowerBound, into: piece), count > 0 else {
                // It is shorter by now than its head has said.
                release()
                return exchange.upstreamFailed(.fileCut)
            }
            part = part.lowerBound + count..<part.upperBound
            exchange.receivedResponse(UnsafeMutableRawBufferPointer(rebasing: piece[..<count]), isLast: part.isEmpty)
        }
    }
}
