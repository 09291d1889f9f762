private import CLinux
private import Glibc

/// Two ends of a Unix domain connection that is nowhere in the file system (socketpair(2)); neither is inherited by programs
/// that are started.
package struct SocketPair: ~Copyable {
    /// How bytes are kept apart.
    package enum Kind: Sendable {
        /// As one stream.
        case stream
        /// Each write is read as one piece.
        case packets
    }

    /// One end.
    package let first: FileDescriptor
    /// The other end.
    package let second: FileDescriptor

    /// A new pair. A call on an end that `isBlocking` waits; those of others return at once.
    ///
    /// - Throws: `SystemError` when the kernel gives no descriptors.
    package init(_ kind: Kind, isBlocking: Bool = false) throws(SystemError) {
        let form =
            switch kind {
            case .stream: SOCK_STREAM
            case .packets: SOCK_SEQPACKET
            }
        var type = Int32(form.rawValue | SOCK_CLOEXEC.rawValue)
        if !isBlocking { type |= Int32(SOCK_NONBLOCK.rawValue) }
        var raw: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, type, 0, &raw) == 0 else { throw .current("socketpair") }
        first = FileDescriptor(owning: raw[0])
        second = FileDescriptor(owning: raw[1])
    }

    /// Both ends on their own, to be closed by whoever they are given to.
    package consuming func release() -> (first: Int32, second: Int32) { (first.release(), second.release()) }
}

extension Socket {
    /// The most descriptors that go with one piece (SCM_MAX_FD).
    package static let mostDescriptors = 253

    /// Sends one piece with copies of descriptors beside it, of which the sender keeps its own (sendmsg(2), SCM_RIGHTS).
    ///
    /// - Throws: `SystemError`; EAGAIN when the other side has not taken enough yet, EPIPE when it is gone.
    package static func send(
        _ descriptor: Int32, _ bytes: [UInt8], with descriptors: [Int32] = []
    ) throws(SystemError) {
        let count = bytes.withUnsafeBytes {
            portico_send(descriptor, $0.baseAddress, $0.count, descriptors, Int32(descriptors.count))
        }
        if count < 0 { throw .current("sendmsg") }
        guard count == bytes.count else { throw SystemError(call: "sendmsg", code: EAGAIN) }
    }

    /// Takes one piece of at most `limit` bytes, and the descriptors beside it, which the caller owns; no bytes at the end.
    ///
    /// - Throws: `SystemError`; EAGAIN when nothing has come, EMSGSIZE when there was more than fits.
    package static func receive(
        _ descriptor: Int32, limit: Int, descriptorLimit: Int = 0
    ) throws(SystemError) -> (bytes: [UInt8], descriptors: [Int32]) {
        var descriptors = [Int32](repeating: -1, count: descriptorLimit)
        var count = Int32(descriptorLimit)
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            let result = portico_receive(descriptor, buffer.baseAddress, limit, &descriptors, &count)
            if result < 0 { failure = .current("recvmsg") }
            filled = max(result, 0)
        }
        if let failure { throw failure }
        return (bytes, Array(descriptors.prefix(Int(count))))
    }
}
