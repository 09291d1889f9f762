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
    private static let keepFlag: UInt8 = 1

    /// Appends the beginning of a request in the role of a responder (§5.1).
    ///
    /// - Parameter keepsConnection: whether the application shall leave the connection open behind its answer.
    package static func appendBegin(keepsConnection: Bool, to output: inout ByteBuffer) {
        appendHeader(.beginRequest, count: 8, to: &output)
        output.append([0, responder, keepsConnection ? keepFlag : 0, 0, 0, 0, 0, 0])
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

    /// Appends a parameter (§3.4) whose value `value` appends, and returns the size of the value.
    @discardableResult
    package static func appendParameter(
        _ name: UnsafeRawBufferPointer, to output: inout ByteBuffer, value: (inout ByteBuffer) -> Void
    ) -> Int {
        appendParameter(nameLength: name.count, to: &output, name: { $0.append(name) }, value: value)
    }

    /// Appends a parameter that is named as CGI names a field: the prefix and the field's name in upper case, with `_` for
    /// `-` (RFC 3875 §4.1.18).
    package static func appendParameter(
        prefix: StaticString, _ field: UnsafeRawBufferPointer, to output: inout ByteBuffer,
        value: (inout ByteBuffer) -> Void
    ) {
        appendParameter(
            nameLength: prefix.utf8CodeUnitCount + field.count, to: &output,
            name: { output in
                output.append(prefix)
                for byte in field { output.append(parameterByte(byte)) }
            }, value: value)
    }

    /// What stands for a byte of a field's name in that of its parameter.
    package static func parameterByte(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte & 0xdf
        case UInt8(ascii: "-"): UInt8(ascii: "_")
        default: byte
        }
    }

    @discardableResult
    private static func appendParameter(
        nameLength: Int, to output: inout ByteBuffer, name: (inout ByteBuffer) -> Void,
        value: (inout ByteBuffer) -> Void
    ) -> Int {
        if nameLength > 127 {
            append(longLength: nameLength, to: &output)
        } else {
            output.append(UInt8(nameLength))
        }
        // The length of the value is known once it stands behind; in four bytes every length may be written.
        let place = output.count
        append(longLength: 0, to: &output)
        name(&output)
        let start = output.count
        value(&output)
        let length = output.count - start
        for index in 0..<4 {
            let byte = UInt8(truncatingIfNeeded: length >> (24 - 8 * index)) | (index == 0 ? 0x80 : 0)
            output.mutableReadable[place + index] = byte
        }
        return length
    }

    private static func append(longLength length: Int, to output: inout ByteBuffer) {
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
