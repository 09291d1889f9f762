package import Bytes

/// The records between a web server and an application (FastCGI 1.0 §3.3), and how those of a request are written.
///
/// One request at a time is carried on a connection, under the identifier 1: applications hardly ever carry more.
package enum FastCGIRecord {
    /// What a record holds (§3.3).
    enum Kind: UInt8 {
        case beginRequest = 1
        case endRequest = 3
        case parameters = 4
        case standardInput = 5
        case standardOutput = 6
        case standardError = 7
    }

    /// The size of the header of each record.
    package static let headerSize = 8
    /// The most content of a record that is written here: a multiple of 8, so that no padding follows it.
    package static let contentLimit = 65_528
    static let version: UInt8 = 1
    static let requestID: UInt16 = 1

    private static let responder: UInt8 = 1
    private static let keepsConnection: UInt8 = 1

    /// Appends the beginning of a request in the role of a responder (§5.1), after which the connection stays open.
    package static func appendBegin(to output: inout ByteBuffer) {
        appendHeader(.beginRequest, count: 8, to: &output)
        output.append([0, responder, keepsConnection, 0, 0, 0, 0, 0])
    }

    /// Appends the stream of parameters, encoded as by `appendParameter`, and its end (§5.2).
    package static func append(parameters: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        var rest = parameters
        while !rest.isEmpty {
            let count = min(rest.count, contentLimit)
            appendHeader(.parameters, count: count, to: &output)
            output.append(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        appendHeader(.parameters, count: 0, to: &output)
    }

    /// Appends the end of the request's body (§5.3).
    package static func appendEndOfInput(to output: inout ByteBuffer) {
        appendHeader(.standardInput, count: 0, to: &output)
    }

    /// Writes the header of a piece of the request's body into the 8 bytes before it.
    ///
    /// - Parameter count: the size of the piece, at most `contentLimit`.
    package static func writeInputHeader(count: Int, endingAt end: UnsafeMutableRawPointer) {
        let header = header(.standardInput, count: count)
        (end - headerSize).storeBytes(of: header.bigEndian, as: UInt64.self)
    }

    /// Appends the lengths that stand before a name and its value (§3.4).
    package static func appendLengths(name: Int, value: Int, to output: inout ByteBuffer) {
        appendLength(name, to: &output)
        appendLength(value, to: &output)
    }

    /// Appends a name and its value (§3.4).
    package static func appendParameter(
        _ name: StaticString, _ value: UnsafeRawBufferPointer, to output: inout ByteBuffer
    ) {
        appendLengths(name: name.utf8CodeUnitCount, value: value.count, to: &output)
        output.append(name)
        output.append(value)
    }

    private static func appendLength(_ length: Int, to output: inout ByteBuffer) {
        guard length > 127 else { return output.append(UInt8(length)) }
        for shift in [24, 16, 8, 0] {
            output.append(UInt8(truncatingIfNeeded: length >> shift) | (shift == 24 ? 0x80 : 0))
        }
    }

    private static func appendHeader(_ kind: Kind, count: Int, to output: inout ByteBuffer) {
        let header = header(kind, count: count)
        for shift in stride(from: 56, through: 0, by: -8) { output.append(UInt8(truncatingIfNeeded: header >> shift)) }
    }

    private static func header(_ kind: Kind, count: Int) -> UInt64 {
        UInt64(version) << 56 | UInt64(kind.rawValue) << 48 | UInt64(requestID) << 32 | UInt64(count) << 16
    }
}
