extension FieldName {
    /// The name that the bytes spell in any case; `other` when it is not in the list.
    ///
    /// The bytes must be a token.
    package init(_ name: UnsafeRawBufferPointer) {
        self = FieldName.find(name)
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

    // By length first: few names share one, and a name of none of these lengths is known to be `other` at once.
    @inline(__always)
    private static func find(_ name: UnsafeRawBufferPointer) -> FieldName {
        switch name.count {
        case 2:
            if name.equalsFolded("te") { return .te }
        case 3:
            if name.equalsFolded("via") { return .via }
            if name.equalsFolded("age") { return .age }
        case 4:
            if name.equalsFolded("host") { return .host }
            if name.equalsFolded("date") { return .date }
            if name.equalsFolded("etag") { return .etag }
            if name.equalsFolded("link") { return .link }
            if name.equalsFolded("vary") { return .vary }
        case 5:
            if name.equalsFolded("proxy") { return .proxy }
            if name.equalsFolded("allow") { return .allow }
            if name.equalsFolded("range") { return .range }
        case 6:
            if name.equalsFolded("cookie") { return .cookie }
            if name.equalsFolded("expect") { return .expect }
            if name.equalsFolded("accept") { return .accept }
            if name.equalsFolded("origin") { return .origin }
            if name.equalsFolded("pragma") { return .pragma }
            if name.equalsFolded("server") { return .server }
        case 7:
            if name.equalsFolded("trailer") { return .trailer }
            if name.equalsFolded("upgrade") { return .upgrade }
            if name.equalsFolded("expires") { return .expires }
            if name.equalsFolded("referer") { return .referer }
            if name.equalsFolded("refresh") { return .refresh }
        case 8:
            if name.equalsFolded("if-match") { return .ifMatch }
            if name.equalsFolded("if-range") { return .ifRange }
            if name.equalsFolded("location") { return .location }
        case 9:
            if name.equalsFolded("forwarded") { return .forwarded }
            if name.equalsFolded("x-real-ip") { return .xRealIP }
        case 10:
            if name.equalsFolded("connection") { return .connection }
            if name.equalsFolded("keep-alive") { return .keepAlive }
            if name.equalsFolded("set-cookie") { return .setCookie }
            if name.equalsFolded("user-agent") { return .userAgent }
        case 11:
            if name.equalsFolded("retry-after") { return .retryAfter }
        case 12:
            if name.equalsFolded("max-forwards") { return .maxForwards }
            if name.equalsFolded("content-type") { return .contentType }
        case 13:
            if name.equalsFolded("authorization") { return .authorization }
            if name.equalsFolded("accept-ranges") { return .acceptRanges }
            if name.equalsFolded("cache-control") { return .cacheControl }
            if name.equalsFolded("content-range") { return .contentRange }
            if name.equalsFolded("if-none-match") { return .ifNoneMatch }
            if name.equalsFolded("last-modified") { return .lastModified }
        case 14:
            if name.equalsFolded("http2-settings") { return .http2Settings }
            if name.equalsFolded("content-length") { return .contentLength }
            if name.equalsFolded("x-original-uri") { return .xOriginalURI }
        case 15:
            if name.equalsFolded("x-forwarded-for") { return .xForwardedFor }
            if name.equalsFolded("x-forwarded-ssl") { return .xForwardedSsl }
            if name.equalsFolded("accept-encoding") { return .acceptEncoding }
        case 16:
            if name.equalsFolded("proxy-connection") { return .proxyConnection }
            if name.equalsFolded("x-forwarded-host") { return .xForwardedHost }
            if name.equalsFolded("x-forwarded-path") { return .xForwardedPath }
            if name.equalsFolded("x-forwarded-port") { return .xForwardedPort }
            if name.equalsFolded("content-encoding") { return .contentEncoding }
            if name.equalsFolded("www-authenticate") { return .wwwAuthenticate }
            if name.equalsFolded("x-accel-redirect") { return .xAccelRedirect }
        case 17:
            if name.equalsFolded("transfer-encoding") { return .transferEncoding }
            if name.equalsFolded("x-forwarded-proto") { return .xForwardedProto }
            if name.equalsFolded("if-modified-since") { return .ifModifiedSince }
            if name.equalsFolded("x-accel-buffering") { return .xAccelBuffering }
        case 18:
            if name.equalsFolded("proxy-authenticate") { return .proxyAuthenticate }
            if name.equalsFolded("x-forwarded-prefix") { return .xForwardedPrefix }
            if name.equalsFolded("x-forwarded-server") { return .xForwardedServer }
            if name.equalsFolded("docker-upload-uuid") { return .dockerUploadUUID }
        case 19:
            if name.equalsFolded("proxy-authorization") { return .proxyAuthorization }
            if name.equalsFolded("content-disposition") { return .contentDisposition }
            if name.equalsFolded("if-unmodified-since") { return .ifUnmodifiedSince }
        case 21:
            if name.equalsFolded("docker-content-digest") { return .dockerContentDigest }
        case 25:
            if name.equalsFolded("strict-transport-security") { return .strictTransportSecurity }
        case 31:
            if name.equalsFolded("docker-distribution-api-version") { return .dockerDistributionAPIVersion }
        default:
            break
        }
        return .other
    }
}
