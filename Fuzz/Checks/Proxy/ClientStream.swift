internal import Bytes
internal import Glibc
internal import Net

/// A client's connection to the proxy, with calls that wait.
struct ClientStream: ~Copyable {
    private let socket: FileDescriptor
    // A connection on which nothing happens for so long hangs: no timeout of the proxy is as short.
    private static let patience: Int32 = 8000

    init(to endpoint: Endpoint) throws(Violation) {
        do {
            socket = try Socket.connect(to: .ip(endpoint))
        } catch {
            throw Violation("cannot connect to the proxy: \(error)")
        }
    }

    /// Sends what the proxy takes; it may have closed before.
    func send(_ bytes: [UInt8]) throws(Violation) {
        var rest = bytes[...]
        while !rest.isEmpty {
            try wait(for: POLLOUT)
            let count = rest.withUnsafeBytes { Glibc.send(socket.raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno != EAGAIN { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }

    /// Says that nothing more is sent.
    func endSending() { Socket.shutdownWrite(socket.raw) }

    /// Everything up to the end of the connection, or up to the given text, and whether it ended without an error.
    func receive(through mark: [UInt8]? = nil) throws(Violation) -> (bytes: [UInt8], isWhole: Bool) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            try wait(for: POLLIN)
            let count = recv(socket.raw, &buffer, buffer.count, 0)
            if count < 0, errno == EAGAIN { continue }
            guard count > 0 else { return (bytes, count == 0) }
            bytes += buffer[..<count]
            if let mark, bytes.suffix(mark.count).elementsEqual(mark) { return (bytes, true) }
        }
    }

    private func wait(for events: Int32) throws(Violation) {
        var entry = pollfd(fd: socket.raw, events: Int16(events), revents: 0)
        var result: Int32
        repeat { result = poll(&entry, 1, Self.patience) } while result < 0 && errno == EINTR
        try require(result > 0, "the proxy goes on within \(Self.patience) ms")
    }
}
