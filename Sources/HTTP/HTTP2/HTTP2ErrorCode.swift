/// Why a stream or a connection of HTTP/2 ended (RFC 9113 §7).
package enum HTTP2ErrorCode: UInt32, Sendable {
    /// Nothing went wrong.
    case noError = 0x0
    /// The other side broke the protocol, or sent a message that is malformed (RFC 9113 §8.1.1).
    case protocolError = 0x1
    /// This side cannot go on: an answer broke off, for instance.
    case internalError = 0x2
    /// More data came than the windows allow.
    case flowControlError = 0x3
    /// Settings were not acknowledged in time.
    case settingsTimeout = 0x4
    /// A frame came for a stream whose direction was ended.
    case streamClosed = 0x5
    /// A frame's size is wrong.
    case frameSizeError = 0x6
    /// The stream was refused before anything was done with it, so that its request may be sent again.
    case refusedStream = 0x7
    /// The stream is of no more use to its sender.
    case cancel = 0x8
    /// The state of field compression was lost.
    case compressionError = 0x9
    /// The connection that CONNECT asked for broke.
    case connectError = 0xa
    /// The other side does things that cost too much.
    case enhanceYourCalm = 0xb
    /// The transport is not as safe as it must be.
    case inadequateSecurity = 0xc
    /// HTTP/1.1 is to be used instead.
    case http11Required = 0xd

    /// The code that came; one that is not known counts as an internal error (RFC 9113 §7).
    package init(received code: UInt32) { self = HTTP2ErrorCode(rawValue: code) ?? .internalError }
}
