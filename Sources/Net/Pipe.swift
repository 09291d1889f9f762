private import CLinux
private import Glibc

/// A pipe through which the kernel moves bytes from one socket to another without a copy (splice(2)).
package final class Pipe {
    /// How many bytes it is asked to hold. The kernel may allow fewer, which moves less at once.
    static let capacity: Int32 = 256 * 1024

    private let readEnd: FileDescriptor
    private let writeEnd: FileDescriptor
    /// How many bytes have come in and not gone out again.
    package private(set) var count = 0

    /// An empty pipe.
    ///
    /// - Throws: `SystemError` when descriptors have run out.
    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard portico_pipe(&ends, Self.capacity) == 0 else { throw .current("pipe2") }
        readEnd = FileDescriptor(owning: ends[0])
        writeEnd = FileDescriptor(owning: ends[1])
    }

    /// Whether everything that came in has gone out again.
    package var isEmpty: Bool { count == 0 }

    /// Takes in at most `limit` bytes of what a socket has received. The pipe must be empty.
    package func fill(from socket: Int32, limit: Int) -> ReadResult {
        precondition(count == 0, "filled a pipe that holds bytes")
        while true {
            let moved = portico_splice(socket, writeEnd.raw, min(limit, Int(Self.capacity)))
            if moved > 0 {
                count = moved
                return .bytes(moved)
            }
            if moved == 0 { return .end }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .failed(.current("splice"))
            }
        }
    }

    /// Hands what is in the pipe to a socket, as far as it takes it: pending where it did not take everything.
    package func drain(into socket: Int32) -> WriteResult {
        while count > 0 {
            let moved = portico_splice(readEnd.raw, socket, count)
            if moved > 0 {
                count -= moved
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .pending
            default: return .failed(.current("splice"))
            }
        }
        return .complete
    }
}
