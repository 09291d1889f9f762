/// The settings of routing as a whole, from Portico's own environment (CONTRACT: nginx-proxy's global variables).
package struct RoutingSettings: Hashable, Sendable {
    /// `HTTPS_METHOD`: for hosts that set none.
    package var httpsMethod: HTTPSMethod = .redirect
    /// `HSTS`: the value of Strict-Transport-Security for hosts that set none; `off` for none.
    package var hsts = "max-age=31536000"
    /// `SSL_POLICY`: the TLS versions and ciphers of hosts that ask for none of their own.
    package var tlsPolicy = "Mozilla-Intermediate"
    /// `ENABLE_HTTP2`: whether clients may speak HTTP/2 to hosts that say nothing of it.
    package var speaksHTTP2 = true
    /// `NON_GET_REDIRECT`: the status that sends requests with a body, and the like, to https, where a host sets none.
    package var nonGetRedirect = 301
    /// `DEFAULT_HOST`: the host that gets requests for unknown names; empty for none.
    package var defaultHost = ""
    /// `DEFAULT_ROOT`: what `return` answers for paths that no container serves; `none` for nothing special.
    package var defaultRoot = "404"
    /// `ENABLE_HTTP_ON_MISSING_CERT`: whether a host without certificate is served over http although it demands https.
    package var servesHTTPWithoutCertificate = true
    /// `TRUST_DEFAULT_CERT`: whether `default.crt` counts as the certificate of hosts that have none.
    package var trustsDefaultCertificate = true
    /// `ACME_HTTP_CHALLENGE_LOCATION`: whether hosts that say nothing of it answer the challenges of certificate authorities.
    package var challenges: ChallengeMode = .always
    /// `PREFER_IPV6_NETWORK`: whether a container's IPv6 address is chosen where it has both.
    package var prefersIPv6 = false
    /// `HEALTH=ignore`: whether containers with a failing health check get requests as the others do.
    package var ignoresHealth = false
    /// `DEBUG_ENDPOINT`: whether hosts that say nothing of it show how they are served.
    package var showsDebugEndpoint = false
    /// What is shown there of the settings of all hosts; nothing secret.
    package var debugGlobals: [JSONValue.Member] = []
    /// The ports that Portico listens on for plain HTTP.
    package var httpPorts: Set<UInt16> = []
    /// The ports that Portico listens on for TLS.
    package var httpsPorts: Set<UInt16> = []

    /// nginx-proxy's defaults.
    package init() {}
}
