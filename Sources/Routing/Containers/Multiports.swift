/// What `VIRTUAL_HOST_MULTIPORTS` of a container says: hosts and paths with a port each.
package enum Multiports: Hashable, Sendable {
    /// The paths, in a stable order.
    case routes([Multiport])
    /// It cannot be understood; the text says why.
    case unreadable(String)
}

/// One path of a host that `VIRTUAL_HOST_MULTIPORTS` names. What is nil or empty was not given.
package struct Multiport: Hashable, Sendable {
    /// The host, as `VIRTUAL_HOST` would name it.
    package var host: String
    /// The path, as `VIRTUAL_PATH` would name it.
    package var path: String
    /// The port; without one, or with `default`, the only one exposed, else 80.
    package var port: String?
    /// As `VIRTUAL_PROTO`.
    package var proto: String?
    /// As `VIRTUAL_DEST`.
    package var destination: String?
    /// As `EXTERNAL_HTTP_PORT`, for the whole host.
    package var externalHTTPPort: String?
    /// As `EXTERNAL_HTTPS_PORT`, for the whole host.
    package var externalHTTPSPort: String?

    /// A path of a host with nginx-proxy's defaults.
    package init(host: String, path: String = "/") {
        self.host = host
        self.path = path
    }
}

extension Container {
    /// The container as it is seen from one of its paths: what is said there stands in place of the variables that say it
    /// for a container with `VIRTUAL_HOST`.
    func seen(from route: Multiport) -> Container {
        var container = self
        let values = [
            ("VIRTUAL_PORT", route.port == "default" ? nil : route.port), ("VIRTUAL_PROTO", route.proto ?? "http"),
            ("VIRTUAL_DEST", route.destination), ("VIRTUAL_PATH", route.path),
            ("EXTERNAL_HTTP_PORT", route.externalHTTPPort), ("EXTERNAL_HTTPS_PORT", route.externalHTTPSPort),
        ]
        for (name, value) in values { container.set(name, to: value) }
        return container
    }
}
