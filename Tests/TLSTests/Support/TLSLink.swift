import Bytes
import COpenSSL
import Glibc
import Net
import TLS
import Testing

/// A client and the server's transport on the two ends of a socket pair, each driven in turn.
final class TLSLink {
    let client: TLSClient
    let server: Transport

    /// - Parameter bufferSize: the size of the kernel's buffers, to see back-pressure with little data.
    init(
        _ engine: TLSEngine, serverName: String? = nil, localAddress: String? = nil, bufferSize: Int32? = nil,
        configure: (OpaquePointer) -> Void = { _ in }
    ) throws {
        let ends = try Self.socketPair(bufferSize: bufferSize)
        client = TLSClient(ends.client, serverName: serverName, configure: configure)
        server = try Transport(
            accepting: FileDescriptor(owning: ends.server), engine: engine,
            localAddress: localAddress.flatMap { IPAddress($0) })
    }

    static func socketPair(bufferSize: Int32? = nil) throws -> (client: Int32, server: Int32) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        try #require(socketpair(AF_UNIX, type, 0, &ends) == 0)
        if var bufferSize {
            for end in ends {
                setsockopt(end, SOL_SOCKET, SO_SNDBUF, &bufferSize, socklen_t(MemoryLayout<Int32>.size))
            }
        }
        return (ends[0], ends[1])
    }

    /// What both sides came to when neither had anything more to do.
    struct Outcome {
        var client: TLSClient.Step
        var server: HandshakeResult
    }

    /// Takes the handshake to its end, or until one side has failed.
    @discardableResult
    func shakeHands() -> Outcome {
        var outcome = Outcome(client: .wouldBlock, server: .wouldBlock)
        for _ in 0..<50 {
            if outcome.client == .wouldBlock { outcome.client = client.handshake() }
            notify()
            if outcome.server == .wouldBlock { outcome.server = server.handshake() }
            _ = server.flush()
            if outcome.client != .wouldBlock, outcome.server != .wouldBlock { break }
            if case .failed = outcome.client, case .wouldBlock = outcome.server { continue }
        }
        return outcome
    }

    /// Tells the server that its socket has news in both directions.
    func notify() { server.update([.readable, .writable]) }

    /// What the server reads now, in one call.
    func serverRead(limit: Int = 128 * 1024) -> (result: ReadResult, bytes: [UInt8]) {
        notify()
        var bytes = [UInt8](repeating: 0, count: limit)
        let result = bytes.withUnsafeMutableBytes { server.read(into: $0) }
        guard case .bytes(let count) = result else { return (result, []) }
        return (result, Array(bytes[..<count]))
    }

    func serverWrite(_ bytes: [UInt8]) -> WriteResult {
        notify()
        return bytes.withUnsafeBytes { server.write($0) }
    }
}

extension TLSEngine {
    /// An engine that shows everyone one certificate.
    convenience init(fallback: TLSContext) throws {
        try self.init(selector: TestCertificates.selector(fallback: fallback), ticketKeys: TicketKeys())
    }
}
