internal import Bytes
internal import Net
internal import Proxy
internal import Routing

#if canImport(Glibc)
    private import Glibc
#endif

/// The sockets that a service manager has opened for this process (sd_listen_fds(3)).
enum ServiceSockets {
    private static let first: Int32 = 3
    private static let limit = 1024

    /// The sockets, where they were meant for this process. Those named `http` and `https` (`FileDescriptorName=`) are for these;
    /// others are for the one whose port in the settings they have. Their addresses take the place of those in the settings.
    static func inherited(_ settings: inout Settings, _ environment: Environment) -> Inheritance? {
        guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == getpid(),
            let count = environment["LISTEN_FDS"].flatMap({ Int($0) }), (1...limit).contains(count)
        else { return nil }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var opened: [(descriptor: Int32, address: ListenAddress)] = []
        for index in 0..<count {
            let raw = first + Int32(index)
            Socket.setCloseOnExec(raw)
            let name = index < names.count ? String(names[index]) : ""
            guard Socket.isListening(raw), let endpoint = Socket.localEndpoint(raw),
                let isSecure = isSecure(name, endpoint, settings)
            else {
                settings.warnings.append(
                    "The socket \(index + 1) of the service manager, '\(name)', is not used: name it http or https")
                continue
            }
            Socket.setBlocking(raw, false)
            opened.append((raw, ListenAddress(endpoint, isSecure: isSecure)))
        }
        guard !opened.isEmpty else { return nil }
        settings.http = unique(opened.filter { !$0.address.isSecure }.map(\.address.endpoint))
        settings.https = unique(opened.filter(\.address.isSecure).map(\.address.endpoint))
        settings.routing.httpPorts = Set(settings.http.map(\.port))
        settings.routing.httpsPorts = Set(settings.https.map(\.port))
        return Inheritance(opened)
    }

    private static func isSecure(_ name: String, _ endpoint: Endpoint, _ settings: Settings) -> Bool? {
        switch name {
        case "http": return false
        case "https": return true
        default:
            if settings.https.contains(where: { $0.port == endpoint.port }) { return true }
            return settings.http.contains { $0.port == endpoint.port } ? false : nil
        }
    }

    private static func unique(_ endpoints: [Endpoint]) -> [Endpoint] {
        endpoints.enumerated().filter { index, endpoint in !endpoints[..<index].contains(endpoint) }.map(\.element)
    }
}
