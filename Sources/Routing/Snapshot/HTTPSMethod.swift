/// How a host treats http and https (`HTTPS_METHOD` of nginx-proxy).
package enum HTTPSMethod: String, Sendable, CaseIterable {
    /// Only https is served; http is refused as if the host were unknown.
    case nohttp
    /// Only http is served; https is refused as if the host were unknown.
    case nohttps
    /// Both are served.
    case noredirect
    /// https is served and http is redirected to it: the default.
    case redirect
}
