/// A version of HTTP as far as it changes behaviour: a higher minor version of 1 is treated as 1.1 (RFC 9110 §2.5).
@usableFromInline
package enum HTTPVersion: UInt8, Sendable {
    /// 1.0: no persistence unless asked for, no chunked bodies, no 1xx.
    case http10
    /// 1.1, and every higher minor version.
    case http11
    /// 2: many requests at once on one connection, each with frames of its own (RFC 9113).
    case http2

    /// How nginx writes the version, as `$server_protocol`.
    package var text: StaticString {
        switch self {
        case .http10: "HTTP/1.0"
        case .http11: "HTTP/1.1"
        case .http2: "HTTP/2.0"
        }
    }

    // Synthesised, it would be called through a table by other modules, for each request several times.
    @inlinable @inline(__always)
    package static func == (a: HTTPVersion, b: HTTPVersion) -> Bool {
        unsafeBitCast(a, to: UInt8.self) == unsafeBitCast(b, to: UInt8.self)
    }
}

extension HTTPVersion {
    /// What the text of a version turned out to be.
    enum Reading {
        case version(HTTPVersion)
        /// Well-formed, of a major version other than 1.
        case unsupported
        case malformed
    }

    /// Reads exactly `HTTP/` DIGIT `.` DIGIT (RFC 9112 §2.3), in upper case.
    static func read(_ text: UnsafeRawBufferPointer) -> Reading {
        guard text.count == 8, text.prefixEquals("HTTP/"), text[6] == UInt8(ascii: ".") else { return .malformed }
        let major = text[5] &- UInt8(ascii: "0")
        let minor = text[7] &- UInt8(ascii: "0")
        guard major < 10, minor < 10 else { return .malformed }
        guard major == 1 else { return .unsupported }
        return .version(minor == 0 ? .http10 : .http11)
    }
}
