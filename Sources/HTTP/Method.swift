private import Bytes

/// A request method (RFC 9110 §9); any other token is `other`.
@usableFromInline
package enum Method: UInt8, Sendable, CaseIterable {
    case get
    case head
    case post
    case put
    case delete
    case patch
    case options
    case trace
    case connect
    case other

    /// The method that the token names.
    ///
    /// Methods are told apart by case (RFC 9110 §9.1): `get` is `other`.
    package init(_ token: UnsafeRawBufferPointer) {
        switch token.count {
        case 3: self = token.equals("GET") ? .get : token.equals("PUT") ? .put : .other
        case 4: self = token.equals("HEAD") ? .head : token.equals("POST") ? .post : .other
        case 5: self = token.equals("PATCH") ? .patch : token.equals("TRACE") ? .trace : .other
        case 6: self = token.equals("DELETE") ? .delete : .other
        case 7: self = token.equals("OPTIONS") ? .options : token.equals("CONNECT") ? .connect : .other
        default: self = .other
        }
    }

    /// Whether the method asks for nothing but an answer (RFC 9110 §9.2.1).
    ///
    /// False for `other`.
    package var isSafe: Bool {
        switch self {
        case .get, .head, .options, .trace: true
        case .post, .put, .delete, .patch, .connect, .other: false
        }
    }

    /// Whether sending the request twice means the same as sending it once (RFC 9110 §9.2.2).
    ///
    /// False for `other`.
    package var isIdempotent: Bool {
        switch self {
        case .get, .head, .options, .trace, .put, .delete: true
        case .post, .patch, .connect, .other: false
        }
    }

    // Synthesised, it would be called through a table by other modules, for each request several times.
    @inlinable @inline(__always)
    package static func == (a: Method, b: Method) -> Bool {
        unsafeBitCast(a, to: UInt8.self) == unsafeBitCast(b, to: UInt8.self)
    }
}
