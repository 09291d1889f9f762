internal import Bytes
internal import HTTP

/// The fields of an answer that has gone by, kept for a log whose form names some of them.
final class KeptFields {
    private var sent = ByteBuffer()
    private var received = ByteBuffer()

    /// Forgets the last answer's.
    func removeAll() {
        sent.removeAll()
        received.removeAll()
    }

    /// Keeps the lines of the head that the client is sent.
    func keep(sent lines: UnsafeRawBufferPointer) {
        sent.removeAll()
        sent.append(lines)
    }

    /// Keeps the fields of the backend's answer.
    func keep(_ response: borrowing ResponseHead, in bytes: UnsafeRawBufferPointer) {
        received.removeAll()
        for field in response.fields {
            received.append(bytes[field.name])
            received.append(": ")
            received.append(bytes[field.value])
            received.append("\r\n")
        }
    }

    /// Appends a field that the client was sent; false where no head was sent.
    func appendSent(_ name: UnsafeRawBufferPointer, to output: inout ByteBuffer) -> Bool {
        guard !sent.isEmpty else { return false }
        Self.append(name, of: sent.readable, to: &output)
        return true
    }

    /// Appends a field that the backend sent.
    func appendReceived(_ name: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        Self.append(name, of: received.readable, to: &output)
    }

    private static func append(
        _ name: UnsafeRawBufferPointer, of lines: UnsafeRawBufferPointer, to output: inout ByteBuffer
    ) {
        for line in lines.split(separator: ASCII.lineFeed) {
            let line = UnsafeRawBufferPointer(rebasing: line.last == ASCII.carriageReturn ? line.dropLast() : line)
            guard line.count > name.count, line[name.count] == ASCII.colon,
                ASCII.equalsIgnoringCase(UnsafeRawBufferPointer(rebasing: line[..<name.count]), name)
            else { continue }
            return output.append(UnsafeRawBufferPointer(rebasing: line[(name.count + 1)...].drop { $0 == ASCII.space }))
        }
    }
}
