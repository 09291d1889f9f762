package import Bytes

/// The path of a request as nginx's `$uri` has it.
package enum NormalizedPath {
    /// Appends the path with its escapes decoded, `//` merged and dot segments resolved.
    ///
    /// Segments never climb above the root. An escape that is none stays as it is.
    package static func append(_ path: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        var decoded = ByteBuffer(capacity: path.count + 1)
        var index = 0
        while index < path.count {
            if path[index] == UInt8(ascii: "%"), index + 2 < path.count, let high = ASCII.hexValue(path[index + 1]),
                let low = ASCII.hexValue(path[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(path[index])
                index += 1
            }
        }
        var segments: ContiguousArray<Range<Int>> = []
        let bytes = decoded.readable
        var start = 0
        var endsInSlash = true
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: ASCII.slash) ?? bytes.count
            let segment = bytes[start..<end]
            endsInSlash = end < bytes.count
            if segment.elementsEqual("..".utf8) {
                _ = segments.popLast()
                endsInSlash = true
            } else if segment.elementsEqual(".".utf8) {
                endsInSlash = true
            } else if !segment.isEmpty {
                segments.append(start..<end)
            }
            start = end + 1
        }
        for segment in segments {
            output.append(ASCII.slash)
            output.append(UnsafeRawBufferPointer(rebasing: bytes[segment]))
        }
        if segments.isEmpty || endsInSlash { output.append(ASCII.slash) }
    }
}
