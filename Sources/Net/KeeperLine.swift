private import Glibc

/// The line to the process that opens files for this one: one question at a time, and its answer.
///
/// A keeper that a file system holds up costs one wait. Until its answer has come all the same, every other question is refused
/// at once; then the line is as before.
struct KeeperLine: Sendable {
    private var raw: Int32 = -1
    private var owesAnswer = false

    /// Leads to another keeper from now on. The line, which is given away, should have a patience (SO_RCVTIMEO).
    mutating func lead(over line: consuming FileDescriptor) {
        close()
        raw = line.release()
    }

    /// Asks, and waits for the answer.
    ///
    /// - Parameter refusal: the error number where nobody answers.
    /// - Returns: a descriptor, which the caller owns, or -1 and the error number.
    mutating func ask(_ question: [UInt8], refusal: Int32) -> (raw: Int32, code: Int32) {
        do throws(SystemError) {
            guard raw >= 0, try isFree() else { return (-1, refusal) }
            try Socket.send(raw, question)
            owesAnswer = true
            let answer = try answer()
            return answer.raw >= 0 || answer.code != 0 ? answer : (-1, refusal)
        } catch {
            if !error.isWouldBlock { close() }
            return (-1, refusal)
        }
    }

    /// Whether no answer is owed any more. One that comes late is to a question of which nobody knows any longer.
    private mutating func isFree() throws(SystemError) -> Bool {
        guard owesAnswer else { return true }
        var news = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
        guard poll(&news, 1, 0) > 0 else { return false }
        let late = try answer()
        if late.raw >= 0 { _ = FileDescriptor(owning: late.raw) }
        return true
    }

    private mutating func answer() throws(SystemError) -> (raw: Int32, code: Int32) {
        let (bytes, descriptors) = try Socket.receive(raw, limit: 8, descriptorLimit: 1)
        owesAnswer = false
        guard bytes.count == 4 else {
            for raw in descriptors { _ = FileDescriptor(owning: raw) }
            throw SystemError(call: "recvmsg", code: EPIPE)
        }
        if let raw = descriptors.first { return (raw, 0) }
        return (-1, bytes.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) })
    }

    private mutating func close() {
        if raw >= 0 { _ = FileDescriptor(owning: raw) }
        (raw, owesAnswer) = (-1, false)
    }
}
