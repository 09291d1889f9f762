/// How fast an answer is sent.
package struct RateSettings: Hashable, Sendable {
    /// Bytes of the body in a second; 0 for as fast as can be (`limit_rate`).
    package var client = 0
    /// How many bytes are sent before that holds (`limit_rate_after`).
    package var after = 0
    /// Bytes in a second that are taken of a backend's answer; 0 for as fast as can be (`proxy_limit_rate`).
    package var backend = 0
    /// Whether a backend may set `client` by `X-Accel-Limit-Rate` (`proxy_ignore_headers`).
    package var heedsBackend = true

    /// nginx's defaults.
    package init() {}
}
