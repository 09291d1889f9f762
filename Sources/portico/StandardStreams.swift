private import Glibc

/// What the commands say: results on standard output, all else on standard error.
enum StandardStreams {
    /// Tells the user something that is not the command's result.
    static func tell(_ message: String) { put("\(message)\n", on: 2) }

    /// Warns the user.
    static func warn(_ message: String) { put("Warning: \(message)\n", on: 2) }

    /// Everything on standard input, or nil when it is longer than `limit` bytes or cannot be read.
    static func readInput(limit: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var filled = 0
        while filled <= limit {
            let start = filled
            let count = bytes.withUnsafeMutableBytes { memory in
                read(0, memory.baseAddress.map { $0 + start }, memory.count - start)
            }
            if count == 0 { return Array(bytes[..<filled]) }
            if count < 0 {
                if errno == EINTR { continue }
                return nil
            }
            filled += count
        }
        return nil
    }

    private static func put(_ text: String, on descriptor: Int32) {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress.map { $0 + start }, bytes.count - start)
            }
            guard count > 0 || errno == EINTR else { return }
            start += max(count, 0)
        }
    }
}
