package import Bytes

/// Which answers are compressed, for clients that take gzip.
package struct CompressionSettings: Hashable, Sendable {
    /// Whether any are (`gzip`).
    package var isOn = false
    /// Their media types beside `text/html`, in lower case; nil for all (`gzip_types`).
    package var types: [ByteString]? = []
    /// The bytes that an answer must have, where it says how many it has (`gzip_min_length`).
    package var minLength = 20
    /// How hard to try, 1 to 9 (`gzip_comp_level`).
    package var level = 1
    /// For which requests that came through a proxy, which their Via says (`gzip_proxied`).
    package var proxied: Proxied = []
    /// Whether answers say that they depend on what the client takes (`gzip_vary`).
    package var varies = false
    /// Whether clients of HTTP/1.0 get them too (`gzip_http_version`).
    package var servesHTTP10 = false

    /// The answers that are compressed for clients behind a proxy.
    package struct Proxied: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Those that may not be kept for long enough to matter: Expires is over.
        package static let expired = Proxied(rawValue: 1)
        /// Those with `Cache-Control: no-cache`.
        package static let noCache = Proxied(rawValue: 2)
        /// Those with `Cache-Control: no-store`.
        package static let noStore = Proxied(rawValue: 4)
        /// Those with `Cache-Control: private`.
        package static let isPrivate = Proxied(rawValue: 8)
        /// Those without Last-Modified.
        package static let noLastModified = Proxied(rawValue: 16)
        /// Those without ETag.
        package static let noETag = Proxied(rawValue: 32)
        /// Those to requests with Authorization.
        package static let authorized = Proxied(rawValue: 64)
        /// All of them.
        package static let any = Proxied(rawValue: 128)
    }

    /// nginx's defaults.
    package init() {}
}
