/// The names of the fields that some rule looks at; every other name is `other`.
///
/// Parsing classifies a name once, so that nothing behind it compares text.
package enum FieldName: UInt8, Sendable, CaseIterable {
    case other
    // Of one hop only, see `isHopByHop`.
    case connection
    case http2Settings
    case keepAlive
    case proxy
    case proxyAuthenticate
    case proxyAuthorization
    case proxyConnection
    case te
    case trailer
    case transferEncoding
    case upgrade
    // Routing, framing and identity.
    case authorization
    case contentLength
    case cookie
    case expect
    case forwarded
    case host
    case maxForwards
    case via
    case xForwardedFor
    case xForwardedHost
    case xForwardedPath
    case xForwardedPort
    case xForwardedPrefix
    case xForwardedProto
    case xForwardedServer
    case xForwardedSsl
    case xOriginalURI
    case xRealIP
    // What the message carries.
    case accept
    case acceptEncoding
    case acceptRanges
    case age
    case allow
    case cacheControl
    case contentDisposition
    case contentEncoding
    case contentRange
    case contentType
    case date
    case dockerContentDigest
    case dockerDistributionAPIVersion
    case dockerUploadUUID
    case etag
    case expires
    case ifMatch
    case ifModifiedSince
    case ifNoneMatch
    case ifRange
    case ifUnmodifiedSince
    case lastModified
    case link
    case location
    case origin
    case pragma
    case range
    case referer
    case refresh
    case retryAfter
    case server
    case setCookie
    case strictTransportSecurity
    case userAgent
    case vary
    case wwwAuthenticate
    case xAccelBuffering
    case xAccelRedirect

    /// Whether the field is for the next hop only and is never passed on (RFC 9110 §7.6.1).
    ///
    /// Beside the fields that the RFC names: `Proxy-Authenticate` and `Proxy-Authorization` (they speak about this hop),
    /// `Trailer` (what it announces may not pass), and `Proxy`, which CGI turns into a setting (CVE-2016-5385).
    @inline(__always)
    package var isHopByHop: Bool {
        rawValue >= FieldName.connection.rawValue && rawValue <= FieldName.upgrade.rawValue
    }

    /// Whether the field speaks of an HTTP/1 connection and may not stand in HTTP/2 (RFC 9113 §8.2.2).
    ///
    /// `TE`, which may say `trailers` there, is not among them.
    package var isConnectionSpecific: Bool {
        switch self {
        case .connection, .keepAlive, .proxyConnection, .transferEncoding, .upgrade: true
        default: false
        }
    }
}
