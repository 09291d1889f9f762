/// The first nine bytes of a frame (RFC 9113 §4.1).
struct HTTP2FrameHeader: Equatable {
    /// How many bytes there are.
    static let size = 9

    /// How many bytes follow.
    var length: Int
    var type: UInt8
    var flags: UInt8
    /// The stream's number; 0 for the connection.
    var stream: UInt32

    /// The header that these nine bytes are.
    @inline(__always)
    init(_ bytes: UnsafePointer<UInt8>) {
        length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
        type = bytes[3]
        flags = bytes[4]
        stream = UInt32(bytes[5] & 0x7f) << 24 | UInt32(bytes[6]) << 16 | UInt32(bytes[7]) << 8 | UInt32(bytes[8])
    }

    /// Whether the frame ends its stream's direction, in DATA and HEADERS.
    @inline(__always)
    var endsStream: Bool { flags & 0x1 != 0 }

    /// Whether the frame answers one of its kind, in SETTINGS and PING.
    @inline(__always)
    var isAcknowledgement: Bool { flags & 0x1 != 0 }

    /// Whether the field section is whole, in HEADERS and CONTINUATION.
    @inline(__always)
    var endsFields: Bool { flags & 0x4 != 0 }

    /// Whether a part of the payload is padding, in DATA and HEADERS.
    @inline(__always)
    var isPadded: Bool { flags & 0x8 != 0 }
}
