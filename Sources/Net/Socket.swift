package import Bytes
private import CLinux
private import Glibc

/// The stream-socket calls, with would-block as a value instead of an error. None of them blocks.
package enum Socket {
    /// Opens a listening socket.
    ///
    /// With `sharesPort` each worker binds its own socket to the same port and the kernel spreads connections over
    /// them (SO_REUSEPORT, socket(7)).
    /// - Throws: `SystemError` of the call that failed; EADDRINUSE when the port is taken.
    package static func listen(
        on address: SocketAddress, backlog: Int32 = 4096, sharesPort: Bool = false
    ) throws(SystemError) -> FileDescriptor {
        let socket = try open(address.family)
        if case .ip(let endpoint) = address {
            set(socket.raw, SOL_SOCKET, SO_REUSEADDR, 1)
            if sharesPort { set(socket.raw, SOL_SOCKET, SO_REUSEPORT, 1) }
            if endpoint.address.isIPv6 { set(socket.raw, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        }
        let raw = socket.raw
        let bound = try address.withSystemAddress { Glibc.bind(raw, $0, $1) }
        guard bound == 0 else { throw .current("bind") }
        guard Glibc.listen(raw, backlog) == 0 else { throw .current("listen") }
        return socket
    }

    /// Starts to connect; the loop reports writable when the connection stands or has failed (connect(2)).
    ///
    /// - Throws: `SystemError` when it failed at once; EAGAIN from a Unix domain socket whose queue is full.
    package static func connect(to address: SocketAddress) throws(SystemError) -> FileDescriptor {
        let socket = try open(address.family)
        if case .ip = address { setNoDelay(socket.raw) }
        let raw = socket.raw
        let result = try address.withSystemAddress { Glibc.connect(raw, $0, $1) }
        guard result == 0 || errno == EINPROGRESS else { throw .current("connect") }
        return socket
    }

    /// The error of a connect that has ended, nil when the connection stands (SO_ERROR, socket(7)).
    package static func connectError(_ descriptor: Int32) -> SystemError? {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else { return .current("getsockopt") }
        return code == 0 ? nil : SystemError(call: "connect", code: code)
    }

    /// Takes the next waiting connection, nil when there is none (accept4(2)).
    ///
    /// A connection that was gone before it was taken is passed over. The peer is nil for Unix domain sockets.
    /// - Throws: `SystemError`; EMFILE or ENFILE when descriptors have run out.
    package static func accept(_ listener: Int32) throws(SystemError) -> AcceptedConnection? {
        var storage = sockaddr_storage()
        while true {
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let raw = withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { portico_accept(listener, $0, &length) }
            }
            if raw >= 0 {
                return AcceptedConnection(
                    descriptor: FileDescriptor(owning: raw), peer: SocketAddress(&storage)?.endpoint)
            }
            switch errno {
            case EINTR, ECONNABORTED, EPROTO, EPERM, ENETDOWN, EHOSTDOWN, EHOSTUNREACH, ENETUNREACH: continue
            case EAGAIN: return nil
            default: throw .current("accept4")
            }
        }
    }

    /// The address and port that the socket itself has (getsockname(2)); nil for Unix domain sockets.
    package static func localEndpoint(_ descriptor: Int32) -> Endpoint? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return result == 0 ? SocketAddress(&storage)?.endpoint : nil
    }

    /// Reads what has come (recv(2)).
    @inline(__always)
    package static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> ReadResult {
        while true {
            let count = portico_stream_recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return buffer.isEmpty ? .wouldBlock : .end }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .failed(.current("recv"))
            }
        }
    }

    /// Reads what has come and leaves it there for the next read (recv(2), MSG_PEEK).
    package static func peek(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> ReadResult {
        while true {
            let count = portico_stream_recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_PEEK))
            if count > 0 { return .bytes(count) }
            if count == 0 { return buffer.isEmpty ? .wouldBlock : .end }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .failed(.current("recv"))
            }
        }
    }

    /// Whether a connection that should be silent is: nothing to read, not ended, not broken (recv(2), MSG_PEEK).
    package static func isQuiet(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        return portico_stream_recv(descriptor, &byte, 1, Int32(MSG_PEEK)) < 0 && errno == EAGAIN
    }

    /// Hands bytes to the kernel and says how many it took, 0 when its buffer is full (send(2)).
    ///
    /// With `more` the kernel may wait for the next piece before it sends a short segment (MSG_MORE).
    /// - Throws: `SystemError`; EPIPE or ECONNRESET when the other side is gone.
    @inline(__always)
    package static func send(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, more: Bool = false
    ) throws(SystemError) -> Int {
        let flags = Int32(MSG_NOSIGNAL) | (more ? Int32(MSG_MORE) : 0)
        while true {
            let count = portico_stream_send(descriptor, bytes.baseAddress, bytes.count, flags)
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN: return 0
            default: throw .current("send")
            }
        }
    }

    /// Ends this side's direction of the connection (shutdown(2), SHUT_WR).
    package static func shutdownWrite(_ descriptor: Int32) { _ = Glibc.shutdown(descriptor, Int32(SHUT_WR)) }

    /// Sends small writes at once instead of waiting for an acknowledgement (TCP_NODELAY, tcp(7)).
    package static func setNoDelay(_ descriptor: Int32) { set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1) }

    /// Has the kernel find out whether an idle peer still lives (SO_KEEPALIVE, tcp(7)): after 60 s, each 10 s, 6 times.
    package static func setKeepAlive(_ descriptor: Int32) {
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 60)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, 6)
    }

    /// Has close(2) reset the connection, so that the other side cannot take a cut answer for a whole one.
    package static func setResetOnClose(_ descriptor: Int32) {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    private static func open(_ family: Int32) throws(SystemError) -> FileDescriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let raw = Glibc.socket(family, type, 0)
        guard raw >= 0 else { throw .current("socket") }
        return FileDescriptor(owning: raw)
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
