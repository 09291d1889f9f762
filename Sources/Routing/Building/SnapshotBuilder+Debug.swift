internal import Bytes

extension SnapshotBuilder {
    /// The location of a host that shows how it is served (`DEBUG_ENDPOINT`): JSON in the form of nginx-proxy, composed here
    /// and not when it is asked for.
    ///
    /// It is for everybody who can reach the host, as in nginx-proxy, so that it holds no more than what containers and files
    /// are called and which of their settings were taken.
    mutating func debugLocation(of site: Site, _ host: VirtualHost, _ asked: ContainerSettings) -> Location {
        let report: JSONValue = .object([
            .init("global", .object(inputs.settings.debugGlobals)),
            .init(
                "request",
                .object([
                    .init("host", .variable(.host)), .init("https", .variable(.https)),
                    .init("scheme", .variable(.scheme)), .init("server_port", .variable(.serverPort)),
                    .init("ssl_cipher", .variable(.tls(.cipher))),
                    .init("ssl_protocol", .variable(.tls(.protocolVersion))),
                ])),
            .init("vhost", vhost(site, host, asked)),
        ])
        var location = Location(match: .exact(Self.debugPath))
        location.settings = surroundings(of: site, asked).settings
        location.settings.returned = Return(status: 200, content: .json(report.template))
        return location
    }

    /// The path of nginx-proxy's debug endpoint.
    private static let debugPath: ByteString = "/nginx-proxy-debug"

    private func vhost(_ site: Site, _ host: VirtualHost, _ asked: ContainerSettings) -> JSONValue {
        let settings = inputs.settings
        let isDefault = ByteString(settings.defaultHost.trimmed.lowercased()) == host.name
        let isLenient = asked.servesHTTPWithoutCertificate ?? settings.servesHTTPWithoutCertificate
        let tokens = asked.showsServerTokens.map { $0 ? "on" : "off" } ?? ""
        let names = host.names.map { JSONValue.string($0.text) }
        let paths = site.orderedPaths.map { path in JSONValue.Member(path.text, describe(path, of: host)) }
        let members: [JSONValue.Member] = [
            .init("cert", .string(host.certificate ?? "")),
            .init("cert_ok", .bool(host.certificate != nil)),
            .init("default", .bool(isDefault)),
            .init("enable_debug_endpoint", .bool(true)),
            .init("enable_http_on_missing_cert", .bool(isLenient)),
            .init("external_http_port", Self.port(host.httpPort, settings.httpPorts)),
            .init("external_https_port", Self.port(host.httpsPort, settings.httpsPorts)),
            .init("hostname", .string(host.name.text)),
            .init("hsts", .string(asked.hsts ?? settings.hsts)),
            .init("http2_enabled", .bool(host.speaksHTTP2)),
            .init("http3_enabled", .bool(false)),
            .init("https_method", .string(host.httpsMethod.rawValue)),
            .init("is_regexp", .bool(site.isRegex)),
            .init("names", .array(names)),
            .init("paths", .object(paths)),
            .init("server_tokens", .string(tokens)),
            .init("shut", .bool(host.shut != nil)),
            .init("ssl_policy", .string(asked.tlsPolicy ?? "")),
            .init("upstream_name", .string(host.name.text)),
        ]
        return .object(members)
    }

    private func describe(_ path: SitePath, of host: VirtualHost) -> JSONValue {
        let location = host.locations.first { $0.match == path.match }
        let said = { (variable: String) in path.containers.lazy.compactMap { $0.value(variable) }.first }
        let label = { (name: String) in path.containers.lazy.compactMap { $0.label(name) }.first }
        var ports: [(name: String, containers: [JSONValue])] = []
        for container in path.containers {
            // nginx-proxy's word for those that come without VIRTUAL_HOST_MULTIPORTS.
            let name = container.multiports == nil ? "legacy" : container.value("VIRTUAL_PORT") ?? "default"
            let shown = JSONValue.object([.init("Name", .string(container.name))])
            if let index = ports.firstIndex(where: { $0.name == name }) {
                ports[index].containers.append(shown)
            } else {
                ports.append((name, [shown]))
            }
        }
        let backends = location?.upstream?.backends ?? []
        return .object([
            .init("backends", .array(backends.map { .string($0.endpoint.description) })),
            .init("dest", .string(location?.destination?.text ?? "")),
            .init("keepalive", .string(label("keepalive") ?? "auto")),
            .init("loadbalance", .string(label("loadbalance") ?? "")),
            .init("network_tag", .string(said("NETWORK_ACCESS") ?? "external")),
            .init("ports", .object(ports.map { .init($0.name, .array($0.containers)) })),
            .init("proto", .string(said("VIRTUAL_PROTO") ?? "http")),
            .init("upstream", .string(path.upstreamKey.text)),
        ])
    }

    private static func port(_ port: HostPort, _ standard: Set<UInt16>) -> JSONValue {
        switch port {
        case .standard: .string(standard.min().map { "\($0)" } ?? "")
        case .external(let number): .string("\(number)")
        case .none: .null
        }
    }
}
