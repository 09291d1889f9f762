internal import Bytes

/// Gathers and checks the trailers behind the last chunk (RFC 9112 §7.1.2).
struct TrailerSection {
    /// What trailers may take.
    static let limits = HeadLimits(startLine: 0, fieldLine: 8192, head: 8192, fields: 64)

    private var parser = FieldSectionParser(at: 0, from: .trailers)
    private var fields = HeaderFields()
    private var text: [UInt8] = []
    /// The lines that may be passed on; to be read when `read` returned true.
    private(set) var passable: [UInt8] = []

    /// Reads on from `index`, which is moved behind what was used. Returns whether the trailers are whole.
    mutating func read(_ bytes: UnsafeMutableRawBufferPointer, _ index: inout Int) throws(BodyError) -> Bool {
        // The lines must stand in one piece to be parsed. What is gathered beyond their end is not counted as used.
        let gathered = text.count
        let count = min(bytes.count - index, Self.limits.head - gathered)
        text += UnsafeRawBufferPointer(rebasing: bytes[index..<index + count])
        let arrived = text
        switch parser.parse(arrived.span, limits: Self.limits, into: &fields) {
        case .partial:
            index += count
            return false
        case .failed(let error):
            throw .trailers(error)
        case .complete(let end):
            index += end - gathered
            for field in fields {
                let mayPass = arrived.withUnsafeBytes { TrailerSection.mayPass(field.known, $0[field.name]) }
                guard mayPass else { continue }
                passable += text[field.name.indices]
                passable += [ASCII.colon, ASCII.space]
                passable += text[field.value.indices]
                passable += [ASCII.carriageReturn, ASCII.lineFeed]
            }
            text = []
            fields = HeaderFields()
            return true
        }
    }

    /// RFC 9110 §6.5.1: a name that some rule knows belongs into a head, where that rule saw it. `ETag` alone is defined
    /// for both.
    static func mayPass(_ known: FieldName, _ name: UnsafeRawBufferPointer) -> Bool {
        switch known {
        case .etag: true
        case .other: !name.contains(UInt8(ascii: "_"))
        default: false
        }
    }
}
