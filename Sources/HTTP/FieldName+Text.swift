internal import Bytes

extension FieldName {
    /// The name that the bytes spell in any case; `other` when it is not in the list.
    ///
    /// The bytes must be a token.
    package init(_ name: UnsafeRawBufferPointer) {
        self = FieldNameTable.shared.find(name)
    }

    /// The usual spelling; empty for `other`.
    package var text: StaticString {
        switch self {
        case .other: ""
        case .connection: "Connection"
        case .http2Settings: "HTTP2-Settings"
        case .keepAlive: "Keep-Alive"
        case .proxy: "Proxy"
        case .proxyAuthenticate: "Proxy-Authenticate"
        case .proxyAuthorization: "Proxy-Authorization"
        case .proxyConnection: "Proxy-Connection"
        case .te: "TE"
        case .trailer: "Trailer"
        case .transferEncoding: "Transfer-Encoding"
        case .upgrade: "Upgrade"
        case .authorization: "Authorization"
        case .contentLength: "Content-Length"
        case .cookie: "Cookie"
        case .expect: "Expect"
        case .forwarded: "Forwarded"
        case .host: "Host"
        case .maxForwards: "Max-Forwards"
        case .via: "Via"
        case .xForwardedFor: "X-Forwarded-For"
        case .xForwardedHost: "X-Forwarded-Host"
        case .xForwardedPath: "X-Forwarded-Path"
        case .xForwardedPort: "X-Forwarded-Port"
        case .xForwardedPrefix: "X-Forwarded-Prefix"
        case .xForwardedProto: "X-Forwarded-Proto"
        case .xForwardedServer: "X-Forwarded-Server"
        case .xForwardedSsl: "X-Forwarded-Ssl"
        case .xOriginalURI: "X-Original-URI"
        case .xRealIP: "X-Real-IP"
        case .accept: "Accept"
        case .acceptEncoding: "Accept-Encoding"
        case .acceptRanges: "Accept-Ranges"
        case .age: "Age"
        case .allow: "Allow"
        case .cacheControl: "Cache-Control"
        case .contentDisposition: "Content-Disposition"
        case .contentEncoding: "Content-Encoding"
        case .contentRange: "Content-Range"
        case .contentType: "Content-Type"
        case .date: "Date"
        case .dockerContentDigest: "Docker-Content-Digest"
        case .dockerDistributionAPIVersion: "Docker-Distribution-Api-Version"
        case .dockerUploadUUID: "Docker-Upload-UUID"
        case .etag: "ETag"
        case .expires: "Expires"
        case .ifMatch: "If-Match"
        case .ifModifiedSince: "If-Modified-Since"
        case .ifNoneMatch: "If-None-Match"
        case .ifRange: "If-Range"
        case .ifUnmodifiedSince: "If-Unmodified-Since"
        case .lastModified: "Last-Modified"
        case .link: "Link"
        case .location: "Location"
        case .origin: "Origin"
        case .pragma: "Pragma"
        case .range: "Range"
        case .referer: "Referer"
        case .refresh: "Refresh"
        case .retryAfter: "Retry-After"
        case .server: "Server"
        case .setCookie: "Set-Cookie"
        case .strictTransportSecurity: "Strict-Transport-Security"
        case .userAgent: "User-Agent"
        case .vary: "Vary"
        case .wwwAuthenticate: "WWW-Authenticate"
        case .xAccelBuffering: "X-Accel-Buffering"
        case .xAccelRedirect: "X-Accel-Redirect"
        }
    }
}

extension FieldName {
    /// The name in lower case, as HTTP/2 has it, in memory that is never given back; empty for `other`.
    var lowercased: UnsafeRawBufferPointer { LowercaseNames.shared.names[Int(rawValue)] }
}

/// What `FieldName.lowercased` has.
private struct LowercaseNames: @unchecked Sendable {
    static let shared = LowercaseNames()

    // One for each raw value that there may be. Nothing changes them once they are made.
    let names: UnsafeBufferPointer<UnsafeRawBufferPointer>

    private init() {
        let names = UnsafeMutableBufferPointer<UnsafeRawBufferPointer>.allocate(capacity: 256)
        names.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0))
        for name in FieldName.allCases {
            let text = name.text
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8CodeUnitCount, alignment: 1)
            for index in bytes.indices { bytes[index] = ASCII.lowercased(text.utf8Start[index]) }
            names[Int(name.rawValue)] = UnsafeRawBufferPointer(bytes)
        }
        self.names = UnsafeBufferPointer(names)
    }
}
