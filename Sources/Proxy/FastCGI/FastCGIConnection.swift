internal import Bytes
internal import HTTP
internal import Net
internal import Routing
internal import TLS

/// A connection to a FastCGI application (FastCGI 1.0), which carries one request at a time.
///
/// A body whose size the client does not tell is gathered first: the application is told its size before it gets any of it.
final class FastCGIConnection: UpstreamConnection {
    /// The most bytes of a body that are gathered.
    static let gatherLimit = 1 << 20
    /// The most bytes of bodies that one worker gathers at a time.
    static let gatherLimitOfWorker = 32 << 20

    private var decoder = FastCGIDecoder()
    private var parser = CGIHeadParser()
    private var body = BodyDecoder(.none)
    /// The beginning of a head that is not complete, or of a request body whose size is not known.
    private var input = ByteBuffer()
    private var gathered = ByteBuffer()
    private var isGathering = false
    private var keepsConnection = false
    private var isInputEnded = false
    private var hasSurplus = false

    override var heldBytes: Int { super.heldBytes + gathered.capacity }

    // MARK: The request

    override func sendHead() -> WriteResult {
        guard let exchange else { return .complete }
        (decoder, parser, body) = (FastCGIDecoder(), CGIHeadParser(), BodyDecoder(.none))
        (isInputEnded, hasSurplus) = (false, false)
        keepsConnection = backend.keepsApplications
        let framing = exchange.forwardedFraming
        isGathering = framing == .chunked
        begin(hasBody: framing.hasBody)
        guard !isGathering else { return .complete }
        if case .length(let length) = framing { return send(head: exchange, bodyLength: length) }
        return send(head: exchange, bodyLength: nil)
    }

    override func sendBody(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult {
        guard isGathering else { return send(input: piece, isLast: isLast) }
        guard let exchange else { return .complete }
        guard gathered.count + piece.count <= Self.gatherLimit,
            worker.gatheredBytes + piece.count <= Self.gatherLimitOfWorker
        else {
            fail(.lengthRequired)
            return .complete
        }
        gathered.append(UnsafeRawBufferPointer(piece))
        worker.gatheredBytes += piece.count
        guard isLast else { return .complete }
        isGathering = false
        let head = send(head: exchange, bodyLength: gathered.count)
        if case .failed = head { return head }
        guard self.exchange != nil, !gathered.isEmpty else { return head }
        // In front of the bytes there is no room for the header of a record, so they go through the scratch.
        var result = head
        let region = worker.scratch.region
        while !gathered.isEmpty {
            let count = min(gathered.count, FastCGIRecord.contentLimit)
            let part = UnsafeMutableRawBufferPointer(rebasing: region[..<count])
            part.copyMemory(from: UnsafeRawBufferPointer(rebasing: gathered.readable[..<count]))
            gathered.consume(count)
            worker.gatheredBytes -= count
            result = send(input: part, isLast: gathered.isEmpty)
            if case .failed = result { return result }
        }
        return result
    }

    /// Sends everything that comes before the body.
    private func send(head exchange: Exchange, bodyLength: Int?) -> WriteResult {
        var parameters = ByteBuffer()
        worker.heads.lend(to: &parameters)
        let settings = exchange.location.fastCGI ?? FastCGISettings()
        guard FastCGIParameters(exchange, settings).append(bodyLength: bodyLength, to: &parameters) else {
            worker.heads.reclaim(from: &parameters)
            fail(.badPath)
            return .complete
        }
        var head = ByteBuffer()
        worker.heads.lend(to: &head)
        FastCGIRecord.appendBegin(keepsConnection: keepsConnection, to: &head)
        FastCGIRecord.append(parameters: parameters.readable, to: &head)
        let isLast = (bodyLength ?? 0) == 0
        if isLast {
            FastCGIRecord.appendEndOfInput(to: &head)
            isInputEnded = true
        }
        let result = send(endsRequest: isLast) { $0.write(head.readable, more: false) }
        worker.heads.reclaim(from: &head)
        worker.heads.reclaim(from: &parameters)
        return result
    }

    /// Sends a piece of the body, framed in place.
    private func send(input piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult {
        if isLast { isInputEnded = true }
        return send(endsRequest: isLast) { $0.write(fastCGIInput: piece, isLast: isLast) }
    }

    // MARK: The answer

    override var hasResponseBegun: Bool { decoder.hasBegun }

    override var isReusable: Bool {
        keepsConnection && isInputEnded && decoder.end == .complete && !hasSurplus
    }

    override func reset() {
        worker.gatheredBytes -= gathered.count
        gathered = ByteBuffer()
        worker.heads.reclaim(from: &input)
    }

    override func endOfInput() -> HTTP1ClientConnection.EndOfInput {
        guard decoder.hasBegun else { return .unanswered }
        // An answer whose size was told may be whole although the application did not end the request.
        return isHeadComplete && response.declaredFraming != .untilClose && body.isComplete ? .complete : .truncated
    }

    override func received(_ bytes: UnsafeMutableRawBufferPointer) {
        let decoded: DecodedPiece
        do throws(FastCGIError) {
            decoded = try decoder.decode(bytes)
        } catch {
            return fail(.backendGarbage)
        }
        if decoded.consumed < bytes.count { hasSurplus = true }
        let messages = decoder.takeMessages()
        if let exchange, !messages.isEmpty { worker.report(messages, of: exchange, backend: backend) }
        let output = UnsafeMutableRawBufferPointer(rebasing: bytes[..<decoded.produced])
        switch decoder.end {
        case nil: if !output.isEmpty { take(output) }
        case .complete: take(output)
        case .overloaded, .refused: fail(isHeadComplete ? .responseCut : .applicationRefused)
        }
    }

    /// Takes output of the application; at the end of the request also none.
    private func take(_ output: UnsafeMutableRawBufferPointer) {
        guard !isHeadComplete else { return takeBody(output) }
        guard !input.isEmpty else {
            guard let rest = parseHead(UnsafeRawBufferPointer(output)) else { return }
            guard isHeadComplete else {
                worker.heads.lend(to: &input)
                return input.append(UnsafeRawBufferPointer(output))
            }
            return takeBody(UnsafeMutableRawBufferPointer(rebasing: output[rest...]))
        }
        let before = input.count
        input.append(UnsafeRawBufferPointer(output))
        guard let rest = parseHead(input.readable), isHeadComplete else { return }
        worker.heads.reclaim(from: &input)
        // The head ends in these bytes, so what stands behind it is their end.
        takeBody(UnsafeMutableRawBufferPointer(rebasing: output[(rest - before)...]))
    }

    /// Reads the head; returns how many bytes it takes, or nil when the exchange is over: it may have gone on elsewhere, or
    /// even here with another request.
    private func parseHead(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let exchange else { return nil }
        let span = Span<UInt8>(_unsafeElements: bytes.bindMemory(to: UInt8.self))
        switch parser.parse(span, into: &response) {
        case .partial:
            // The application is done, and has not answered.
            if decoder.end != nil {
                fail(.backendGarbage)
                return nil
            }
            return 0
        case .failed:
            fail(.backendGarbage)
            return nil
        case .complete(let count):
            isHeadComplete = true
            body = BodyDecoder(response.framing(requestMethod: exchange.downstream.request.method))
            exchange.receivedHead(response, in: bytes)
            return self.exchange == nil || !isHeadComplete ? nil : count
        }
    }

    /// Passes a piece of the body on. What an application writes beyond the length that it told goes nowhere.
    private func takeBody(_ output: UnsafeMutableRawBufferPointer) {
        guard let exchange else { return }
        let isLast = decoder.end != nil
        guard let piece = try? body.decode(output) else { return fail(.backendGarbage) }
        // Without a length the end of the request is that of the body.
        guard !isLast || body.isComplete || response.declaredFraming == .untilClose else { return fail(.responseCut) }
        guard piece.produced > 0 || isLast else { return }
        exchange.receivedResponse(
            UnsafeMutableRawBufferPointer(rebasing: output[..<piece.produced]), isLast: isLast)
    }
}

extension Transport {
    /// Sends a piece of a request's body in records, whose headers are written over what is in front of their content.
    ///
    /// At least `Scratch.margin` bytes before and behind the piece are overwritten.
    fileprivate func write(fastCGIInput piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult {
        var result = hasPending ? WriteResult.pending : .complete
        var rest = piece
        while let start = rest.baseAddress, !rest.isEmpty {
            let count = min(rest.count, FastCGIRecord.contentLimit)
            FastCGIRecord.writeInputHeader(count: count, endingAt: start)
            // What is in front was sent, or copied, by the round before.
            result = write(
                UnsafeRawBufferPointer(
                    start: start - FastCGIRecord.headerSize, count: count + FastCGIRecord.headerSize),
                more: isLast || count < rest.count)
            if case .failed = result { return result }
            rest = UnsafeMutableRawBufferPointer(rebasing: rest[count...])
        }
        guard isLast else { return result }
        return withUnsafeTemporaryAllocation(byteCount: FastCGIRecord.headerSize, alignment: 8) { memory in
            guard let start = memory.baseAddress else { return result }
            FastCGIRecord.writeInputHeader(count: 0, endingAt: start + FastCGIRecord.headerSize)
            return write(UnsafeRawBufferPointer(memory), more: false)
        }
    }
}
