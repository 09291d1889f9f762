package import Bytes
package import HTTP
package import Net
package import Routing

/// What every worker is told at its start and keeps for life.
package struct WorkerSettings: Sendable {
    /// Where to listen for plain HTTP.
    package var httpAddresses: [Endpoint] = []
    /// Where to listen for TLS.
    package var httpsAddresses: [Endpoint] = []
    /// The port that clients reach TLS on, for redirects.
    package var httpsPort: UInt16 = 443
    /// Whether each connection must begin with a PROXY header, which says who the client is.
    package var requiresProxyHeader = false
    /// Whose X-Forwarded fields are believed.
    package var trustedProxies = TrustedProxies.none
    /// The sizes up to which request heads are read.
    package var headLimits = HeadLimits.request
    /// What clients of HTTP/2 may have open, send and cost.
    package var http2Limits = HTTP2Limits()
    /// How long a TLS handshake, and the head of a request, may take.
    package var clientHeaderTimeout = Duration.seconds(60)
    /// How many bytes a second a client has to send of a body, or take of an answer, while it is waited for; nil for any number.
    package var leastRate: Int? = Self.defaultLeastRate
    /// How many that are where nothing else is asked for, as in Apache's mod_reqtimeout.
    package static let defaultLeastRate = 500
    /// How long an exchange goes on without anything to send to a client that has ended its side of an HTTP/1 connection.
    package var halfClosedTimeout = Timeout.seconds(10)
    /// How long a connection to a backend may have been idle to be used for a request that cannot be repeated: less than any
    /// backend is known to wait before it closes.
    package var idleTimeForUnrepeatable = Duration.seconds(1)
    /// The most memory that the process may have.
    package var memoryLimit = MemoryLimit.off
    /// How many logins may fail, of one user at one address, before further ones have to wait; nil for any number.
    package var loginAttempts: Int? = LoginThrottle.defaultAttempts
    /// How long a login is held rather than refused that comes too early behind failed ones.
    package var longestLoginHold = Duration.seconds(2)
    /// The name of this machine, for `$hostname`.
    package var hostname: ByteString = "localhost"

    /// The folder of the files that Portico answers with by itself: challenges of certificate authorities, error pages.
    package var pageFolder: ByteString = "/usr/share/nginx/html"
    /// Whether challenges are answered for hosts that are not known.
    package var answersChallengesForUnknown = false
    /// The form of the lines in the access log.
    package var logFormat = LogFormat.virtualHost

    /// nginx's defaults, listening nowhere.
    package init() {}

    /// Where to listen from the start.
    var listenAddresses: [ListenAddress] {
        httpAddresses.map { ListenAddress($0, isSecure: false) }
            + httpsAddresses.map { ListenAddress($0, isSecure: true) }
    }
}
