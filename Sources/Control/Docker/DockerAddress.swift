internal import Bytes

#if canImport(Glibc)
    private import Glibc
#endif

/// Where the engine's API is, read from `DOCKER_HOST` or `--docker`.
package enum DockerAddress: Hashable, Sendable {
    /// A Unix domain socket.
    case unix(path: String)
    /// A host name or address, and a port.
    case tcp(host: String, port: UInt16)

    /// The sockets that are tried in this order when nothing was set: nginx-proxy's mount point, then Docker's own place.
    package static let defaultPaths = ["/tmp/docker.sock", "/var/run/docker.sock"]

    /// Reads `unix://PATH`, a bare absolute path, `tcp://HOST:PORT` or `http://HOST:PORT`.
    ///
    /// - Throws: `SettingsError.dockerAddress` for anything else, with the text that was given.
    package init(_ text: String) throws(SettingsError) {
        if text.hasPrefix("/"), text.utf8.count < 108 {
            self = .unix(path: text)
            return
        }
        if text.hasPrefix("unix://") {
            let path = String(text.dropFirst("unix://".count))
            // sun_path holds 108 bytes with its NUL: unix(7).
            guard path.hasPrefix("/"), path.utf8.count < 108 else { throw .dockerAddress(text) }
            self = .unix(path: path)
            return
        }
        guard let scheme = ["tcp://", "http://"].first(where: { text.hasPrefix($0) }) else {
            throw .dockerAddress(text)
        }
        var rest = text.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]), port > 0 else {
            throw .dockerAddress(text)
        }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, !host.utf8.contains(where: { $0 <= ASCII.space || $0 == ASCII.slash || $0 == 0x40 }) else {
            throw .dockerAddress(text)
        }
        self = .tcp(host: String(host), port: port)
    }

    /// Those of `defaultPaths` that are there.
    package static func found() -> [String] { defaultPaths.filter { access($0, F_OK) == 0 } }
}

extension DockerAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unix(let path): "unix://\(path)"
        case .tcp(let host, let port): host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
        }
    }
}
