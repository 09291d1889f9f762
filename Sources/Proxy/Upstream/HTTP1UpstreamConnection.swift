internal import Bytes
internal import HTTP
internal import Net
internal import TLS

/// A connection to a backend that speaks HTTP/1.1 or 1.0.
final class HTTP1UpstreamConnection: UpstreamConnection {
    private var connection = HTTP1ClientConnection()
    private var input = ByteBuffer()
    private var requestCoding = BodyFraming.none

    // MARK: The request

    override func sendHead() -> WriteResult {
        guard let exchange else { return .complete }
        let offer = exchange.upgradeOffer
        worker.fields.lend(to: &response)
        connection.begin(method: exchange.forwardedMethod, mayUpgrade: offer != nil)
        requestCoding = exchange.forwardedFraming
        let hasBody = requestCoding.hasBody
        begin(hasBody: hasBody)
        if !hasBody { connection.requestEnded() }
        var head = ByteBuffer()
        worker.heads.lend(to: &head)
        RequestWriter.write(exchange, upgrading: offer, to: &head)
        sentCount = head.count
        let result = send(endsRequest: !hasBody) { $0.write(head.readable, more: false) }
        worker.heads.reclaim(from: &head)
        return result
    }

    override func sendBody(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult {
        if isLast { connection.requestEnded() }
        sentCount += piece.count
        return send(endsRequest: isLast) { $0.write(piece: piece, coding: requestCoding, isLast: isLast) }
    }

    override func bodyTarget() -> Transport? {
        guard case .length = requestCoding, transport.tls == nil, !transport.hasPending else { return nil }
        return transport
    }

    override func movedBody(_ count: Int, _ result: WriteResult, isLast: Bool) {
        if isLast { connection.requestEnded() }
        sentCount += count
        _ = send(endsRequest: isLast) { _ in result }
    }

    override func endBody(trailers: UnsafeRawBufferPointer) -> WriteResult {
        // Behind a body of known length there is no place for them.
        guard requestCoding == .chunked else { return super.endBody(trailers: trailers) }
        connection.requestEnded()
        var lines = ByteBuffer()
        worker.heads.lend(to: &lines)
        lines.append(ChunkFrame.lastChunk)
        lines.append(trailers)
        lines.append(ChunkFrame.suffix)
        let result = send(endsRequest: true) { $0.write(lines.readable, more: false) }
        worker.heads.reclaim(from: &lines)
        return result
    }

    override func endTunnel(cleanly: Bool) -> WriteResult {
        connection.requestEnded()
        return send(endsRequest: true) { transport in
            transport.shutdownWrite(notifying: cleanly)
            return transport.hasPending ? .pending : .complete
        }
    }

    override var isTunnel: Bool { isHeadComplete && connection.isSwitched }

    override var isAmidTunnel: Bool { connection.isAmidSwitched }

    // MARK: The response

    override func endOfInput() -> HTTP1ClientConnection.EndOfInput { connection.endOfInput() }

    override var bodyRemainder: Int { connection.bodyRemainder }

    override func skipBody(_ count: Int) { connection.skipBody(count) }

    override var hasResponseBegun: Bool { connection.hasResponseBegun }

    /// A backend that speaks HTTP/1.0 may serve one connection at a time, so that one which is kept would lock all others
    /// out; nginx keeps none of them either.
    override var isReusable: Bool { connection.isReusable && response.version != .http10 }

    override func reset() {
        worker.heads.reclaim(from: &input)
        worker.fields.reclaim(from: &response)
    }

    override func received(_ bytes: UnsafeMutableRawBufferPointer) {
        guard !isHeadComplete else { return receivedBody(bytes) }
        guard !input.isEmpty else {
            guard let rest = parseHead(UnsafeRawBufferPointer(bytes)) else { return }
            if isHeadComplete {
                receivedBody(UnsafeMutableRawBufferPointer(rebasing: bytes[rest...]))
            } else {
                worker.heads.lend(to: &input)
                input.append(UnsafeRawBufferPointer(rebasing: bytes[rest...]))
            }
            return
        }
        input.append(UnsafeRawBufferPointer(bytes))
        guard let rest = parseHead(input.readable) else { return }
        input.consume(rest)
        guard isHeadComplete else { return }
        // What stands behind the head came with these bytes, so it fits where they were.
        let body = UnsafeMutableRawBufferPointer(rebasing: bytes[..<input.count])
        body.copyMemory(from: input.readable)
        worker.heads.reclaim(from: &input)
        receivedBody(body)
    }

    /// Reads heads until the final one is complete; returns how many bytes they took, nil when the exchange is over: it may
    /// have gone on elsewhere, or even here with another request.
    private func parseHead(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var start = 0
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
            let span = Span<UInt8>(_unsafeElements: rest.bindMemory(to: UInt8.self))
            switch connection.receiveHead(span, into: &response) {
            case .needMore: return start
            case .informational(let count, _):
                exchange?.receivedInterim(response, in: rest)
                if exchange == nil { return nil }
                start += count
            case .response(let count):
                isHeadComplete = true
                exchange?.receivedHead(response, in: rest)
                return exchange == nil || !isHeadComplete ? nil : start + count
            case .switched(let count):
                guard let exchange, exchange.isAgreed(&response, in: rest) else {
                    fail(.wrongProtocol)
                    return nil
                }
                isHeadComplete = true
                exchange.receivedSwitch(response, in: rest)
                return self.exchange == nil ? nil : start + count
            case .failed:
                fail(.backendGarbage)
                return nil
            }
        }
    }

    private func receivedBody(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let exchange else { return }
        guard !connection.isBodyComplete else {
            // A body that is none ends with its head; whatever follows it is not part of any answer.
            return exchange.receivedResponse(UnsafeMutableRawBufferPointer(rebasing: bytes[..<0]), isLast: true)
        }
        guard bytes.count > 0 else { return }
        do {
            let piece = try connection.receiveBody(bytes)
            if piece.produced > 0 || connection.isBodyComplete {
                exchange.receivedResponse(
                    UnsafeMutableRawBufferPointer(rebasing: bytes[..<piece.produced]),
                    isLast: connection.isBodyComplete)
            }
        } catch {
            fail(.backendGarbage)
        }
    }

    override var hasTrailers: Bool { connection.hasTrailers }

    override func withTrailers<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        connection.trailers.withUnsafeBytes(body)
    }
}
