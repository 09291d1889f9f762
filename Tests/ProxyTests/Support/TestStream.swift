import Bytes
import Glibc

/// One end of a TCP connection, with calls that wait, but not for ever.
class TestStream {
    /// How a stream came to its end.
    enum End: Equatable {
        case closed
        case reset
    }

    /// The seconds after which waiting is given up; no test that passes comes near them.
    static let patience = 20.0

    /// What was read from the socket and not yet asked for.
    private(set) var buffered: [UInt8] = []
    /// Everything that was read from the socket.
    private(set) var history: [UInt8] = []
    private(set) var end: End?
    private(set) var sentCount = 0
    /// Kept alive for as long as its client is.
    var proxy: TestProxy?
    private var descriptor: Int32

    init(owning descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    }

    deinit { close() }

    /// A copy of the descriptor, for who goes on with it in another way.
    var copy: Int32 { dup(descriptor) }

    /// Connects to a port of this machine; a small `receiveBuffer` makes the other side feel that nobody reads.
    static func connect(to endpoint: Endpoint, receiveBuffer: Int32? = nil, isSecure: Bool = false) throws -> TestStream
    {
        let descriptor = try descriptor(to: endpoint, receiveBuffer: receiveBuffer)
        return isSecure
            ? SecureStream(owning: descriptor, serverName: "registry.test") : TestStream(owning: descriptor)
    }

    /// A socket that is connected to a port of this machine.
    static func descriptor(to endpoint: Endpoint, receiveBuffer: Int32? = nil) throws -> Int32 {
        let isIPv6 = endpoint.address.isIPv6
        let descriptor = socket(
            isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if var size = receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4) }
        let result = isIPv6 ? connect6(descriptor, endpoint) : connect4(descriptor, endpoint)
        guard result == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw TestFault("cannot connect: error \(code)")
        }
        return descriptor
    }

    /// Connects a socket of IPv4; 0 when that succeeded.
    static func connect4(_ descriptor: Int32, _ endpoint: Endpoint) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        address.sin_addr.s_addr = UInt32(truncatingIfNeeded: endpoint.address.lower).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func connect6(_ descriptor: Int32, _ endpoint: Endpoint) -> Int32 {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = endpoint.port.bigEndian
        withUnsafeMutableBytes(of: &address.sin6_addr) {
            $0.storeBytes(of: endpoint.address.upper.bigEndian, toByteOffset: 0, as: UInt64.self)
            $0.storeBytes(of: endpoint.address.lower.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }

    /// send(2), or what stands for it.
    func transmit(_ bytes: UnsafeRawBufferPointer) -> Int {
        Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// recv(2), or what stands for it.
    func absorb(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
        recv(descriptor, bytes.baseAddress, bytes.count, 0)
    }

    // MARK: Sending

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends all of the bytes, each call's in a segment of its own as far as that can be had.
    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            guard let count = try sendSome(bytes[sent...]) else {
                try wait(for: POLLOUT, "room to send in")
                continue
            }
            sent += count
        }
    }

    /// Sends what the kernel takes now, nil when that is nothing.
    func sendSome(_ bytes: ArraySlice<UInt8>) throws -> Int? {
        let count = bytes.withUnsafeBytes { transmit($0) }
        if count >= 0 {
            sentCount += count
            return count
        }
        guard errno == EAGAIN else { throw TestFault("cannot send: error \(errno)") }
        return nil
    }

    /// Whether nothing more can be sent, and that for a while: the other side has stopped reading.
    func isStuck() -> Bool { !poll(POLLOUT, milliseconds: 300) }

    func halfClose() { shutdown(descriptor, Int32(SHUT_WR)) }

    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Closes so that the other side sees an error and not an end.
    func reset() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    // MARK: Receiving

    /// Takes all that can be had up to and with the marker.
    func receive(through marker: String) throws -> String {
        let marker = Array(marker.utf8)
        var searched = 0
        while true {
            if let found = Self.find(marker, in: buffered, from: searched) {
                return String(decoding: take(found + marker.count), as: UTF8.self)
            }
            searched = max(buffered.count - marker.count + 1, 0)
            guard try fill() else {
                throw TestFault(
                    "\(end ?? .closed) behind \(String(decoding: buffered, as: UTF8.self).debugDescription)")
            }
        }
    }

    func receive(_ count: Int) throws -> [UInt8] {
        while buffered.count < count {
            guard try fill() else { throw TestFault("\(end ?? .closed) after \(buffered.count) of \(count) bytes") }
        }
        return take(count)
    }

    /// Takes everything up to the end; `end` says how that came.
    func receiveToEnd() throws -> [UInt8] {
        while try fill() {}
        return take(buffered.count)
    }

    /// Waits for the end and says how it came; what comes before it can still be taken.
    @discardableResult
    func waitForEnd() throws -> End {
        while try fill() {}
        return end ?? .closed
    }

    /// Whether nothing comes for a while.
    func isQuiet() -> Bool { buffered.isEmpty && !poll(POLLIN, milliseconds: 200) }

    /// Reads once, which waits; false at the end.
    func fill() throws -> Bool {
        while end == nil {
            var bytes = [UInt8](repeating: 0, count: 65536)
            let count = bytes.withUnsafeMutableBytes { absorb($0) }
            if count > 0 {
                buffered += bytes[..<count]
                if history.count < 1 << 20 { history += bytes[..<count] }
                return true
            }
            if count == 0 {
                end = .closed
            } else if errno == EAGAIN {
                let text = String(decoding: buffered.prefix(2000), as: UTF8.self).debugDescription
                try wait(for: POLLIN, "bytes behind \(text)")
            } else {
                end = .reset
            }
        }
        return false
    }

    private func take(_ count: Int) -> [UInt8] {
        let taken = Array(buffered[..<count])
        buffered.removeFirst(count)
        return taken
    }

    private static func find(_ marker: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= start + marker.count else { return nil }
        return (start...bytes.count - marker.count).first { bytes[$0..<$0 + marker.count].elementsEqual(marker) }
    }

    private func wait(for event: Int32, _ what: String) throws {
        guard poll(event, milliseconds: Int32(Self.patience * 1000)) else {
            throw TestFault("waited in vain for \(what)")
        }
    }

    private func poll(_ event: Int32, milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        return Glibc.poll(&entry, 1, milliseconds) > 0
    }
}
