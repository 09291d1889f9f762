private import CZlib

/// What a whole gzip stream (RFC 1952) holds; nil where it is not one, or goes on behind its end.
package func gunzipped(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var input = bytes
    var result: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    return input.withUnsafeMutableBufferPointer { input -> [UInt8]? in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        while true {
            let (status, count) = block.withUnsafeMutableBufferPointer { block in
                stream.next_out = block.baseAddress
                stream.avail_out = UInt32(block.count)
                return (inflate(&stream, Z_NO_FLUSH), block.count - Int(stream.avail_out))
            }
            result += block[..<count]
            if status == Z_STREAM_END { return stream.avail_in == 0 ? result : nil }
            guard status == Z_OK, count > 0 || stream.avail_in > 0 else { return nil }
        }
    }
}
