internal import Bytes
internal import Routing

/// One worker's memory for the normalised path of the request that it deals with right now.
final class RequestPath {
    private var text = ByteBuffer(capacity: 1024)

    /// The path that was normalised last. Valid until the next one is.
    var bytes: UnsafeRawBufferPointer { text.readable }

    /// Keeps a path that is normalised.
    func keep(_ path: UnsafeRawBufferPointer) {
        text.removeAll()
        text.append(path)
    }

    /// Keeps the normalised form of a path as it was sent; false where nginx would refuse it.
    func normalize(_ path: UnsafeRawBufferPointer) -> Bool {
        text.removeAll()
        // The target `*`, and an absolute one without a path, are about the whole host.
        if path.first != ASCII.slash {
            text.append(ASCII.slash)
            return true
        }
        return NormalizedPath.append(path, to: &text)
    }

    /// Whether a path holds no escape and no segment of dots, so that nothing in it can be refused.
    static func isPlain(_ path: UnsafeRawBufferPointer) -> Bool {
        var last = UInt8(0)
        for byte in path {
            if byte == UInt8(ascii: "%") || byte == UInt8(ascii: ".") && last == ASCII.slash { return false }
            last = byte
        }
        return true
    }
}
