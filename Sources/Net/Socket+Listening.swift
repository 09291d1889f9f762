private import CLinux
private import Glibc

extension Socket {
    /// Has calls on the socket wait, or return at once (O_NONBLOCK, fcntl(2)).
    package static func setBlocking(_ descriptor: Int32, _ isBlocking: Bool) {
        let flags = portico_fcntl(descriptor, F_GETFL, 0)
        _ = portico_fcntl(descriptor, F_SETFL, Int(isBlocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK))
    }

    /// Has no program that is started get the descriptor (FD_CLOEXEC, fcntl(2)).
    package static func setCloseOnExec(_ descriptor: Int32) { _ = portico_fcntl(descriptor, F_SETFD, Int(FD_CLOEXEC)) }

    /// Has reads that wait give up with EAGAIN after some seconds (SO_RCVTIMEO, socket(7)).
    package static func setPatience(_ descriptor: Int32, seconds: Int) {
        var patience = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Whether the descriptor is a socket that listens (SO_ACCEPTCONN, socket(7)).
    package static func isListening(_ descriptor: Int32) -> Bool {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value != 0
    }

    /// Listens on a socket that listens already. Whoever connects to a Unix domain socket sees this process at its other end
    /// from now on (SO_PEERCRED, unix(7)).
    package static func listenAgain(_ descriptor: Int32, backlog: Int32) { _ = Glibc.listen(descriptor, backlog) }

    /// Another descriptor of the same socket (F_DUPFD_CLOEXEC, fcntl(2)).
    ///
    /// - Throws: `SystemError` when there is no descriptor left.
    package static func duplicate(_ descriptor: Int32) throws(SystemError) -> FileDescriptor {
        let raw = portico_fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard raw >= 0 else { throw .current("fcntl") }
        return FileDescriptor(owning: raw)
    }

    /// A socket for single pieces to a Unix domain socket; a name that begins with `@` is in no folder (unix(7)).
    ///
    /// - Throws: `SystemError` when nobody listens there.
    package static func connectDatagram(to path: String) throws(SystemError) -> FileDescriptor {
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let raw = Glibc.socket(AF_UNIX, type, 0)
        guard raw >= 0 else { throw .current("socket") }
        let socket = FileDescriptor(owning: raw)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemError(call: "connect", code: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        // A name that is in no folder ends with its last byte, a path with a NUL.
        let length = MemoryLayout.offset(of: \sockaddr_un.sun_path)! + bytes.count + (bytes[0] == 0 ? 0 : 1)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(raw, $0, socklen_t(length)) }
        }
        guard result == 0 else { throw .current("connect") }
        return socket
    }
}
