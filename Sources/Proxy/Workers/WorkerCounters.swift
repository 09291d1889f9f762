/// What one worker has done since its start.
package struct WorkerCounters: Sendable {
    /// Connections accepted.
    package var connections = 0
    /// TLS handshakes that failed.
    package var failedHandshakes = 0
    /// Requests begun.
    package var requests = 0
    /// Exchanges that failed through a backend or this proxy.
    package var failures = 0
    /// Connections that became tunnels of another protocol (101).
    package var tunnels = 0
    /// Those of them that are open.
    package var openTunnels = 0
    /// Bytes of request bodies passed on.
    package var bytesIn = 0
    /// Bytes of response bodies passed on.
    package var bytesOut = 0

    package init() {}
}
