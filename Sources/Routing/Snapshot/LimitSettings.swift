/// How many requests a location takes of each client, or of whatever else the key of a zone tells apart.
package struct LimitSettings: Hashable, Sendable {
    /// How fast requests may come (`limit_req`).
    package var requests: [RequestLimit] = []
    /// What requests that come too fast are answered with (`limit_req_status`).
    package var requestStatus = 503
    /// How many requests may be under way (`limit_conn`).
    package var connections: [ConnectionLimit] = []
    /// What requests beyond that are answered with (`limit_conn_status`).
    package var connectionStatus = 503

    /// One `limit_req`.
    package struct RequestLimit: Hashable, Sendable {
        /// Where they are counted.
        package var zone: LimitZone
        /// How many requests more than the rate allows may come at once.
        package var burst: Int
        /// How many of those are served at once, while the others wait for their turn; nil where all are (`nodelay`).
        package var undelayed: Int?

        /// A limit of this burst.
        package init(zone: LimitZone, burst: Int = 0, undelayed: Int? = 0) {
            self.zone = zone
            self.burst = burst
            self.undelayed = undelayed
        }
    }

    /// One `limit_conn`.
    package struct ConnectionLimit: Hashable, Sendable {
        /// Where they are counted.
        package var zone: LimitZone
        /// How many there may be of one key.
        package var most: Int

        /// A limit of so many.
        package init(zone: LimitZone, most: Int) {
            self.zone = zone
            self.most = most
        }
    }

    /// No limits.
    package init() {}

    /// Whether there are none.
    package var isEmpty: Bool { requests.isEmpty && connections.isEmpty }
}
