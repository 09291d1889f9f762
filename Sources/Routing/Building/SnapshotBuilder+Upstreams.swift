internal import Bytes

extension SnapshotBuilder {
    /// The upstream of a path that containers ask for; nil where none does, and no file names a backend.
    mutating func upstream(of path: SitePath, _ site: Site, _ asked: UpstreamSettings) -> Upstream? {
        if let file = site.file, path.isRoot, !file.servers.isEmpty {
            for container in path.containers {
                leave(out: container, of: path, .replacedByFile(file.path))
            }
            var upstream = Upstream(
                key: site.name, host: file.proxyHost, port: file.proxyPort, backends: backends(file.servers))
            if file.isUpstreamTLS {
                upstream.tls = site.tls(to: file.upstreamName)
            }
            if let group = file.group {
                upstream.balancing = group.balancing
                upstream.keepalive = group.keepalive
            }
            return upstream
        }
        guard !path.containers.isEmpty else { return nil }
        var upstream = Upstream(key: path.upstreamKey, backends: backends(of: path))
        if asked.transport.isTLS { upstream.tls = site.tls() }
        upstream.protocol = asked.transport.spoken
        upstream.balancing = asked.balancing
        upstream.keepalive = asked.keepalive
        return upstream
    }

    /// The upstream that a `proxy_pass` of a location means: a group, the containers of a path by the name that nginx-proxy
    /// gives their upstream, or one host.
    mutating func upstream(of pass: ProxyPass, for site: Site) -> (upstream: Upstream, isRegistry: Bool) {
        let tls: UpstreamTLS? = pass.isTLS ? site.tls(to: pass.name) : nil
        let scheme = UpstreamProtocol(of: pass).rawValue
        let declared = site.file?.declarations ?? globalFiles.file.declarations
        if !pass.hasPort, let group = declared.groups[pass.shownHost] {
            var upstream = Upstream(
                key: ByteString("\(site.name) \(scheme) upstream \(pass.shownHost)"), host: pass.shownHost,
                port: pass.server.port, backends: backends(group.servers))
            upstream.balancing = group.balancing
            upstream.keepalive = group.keepalive
            upstream.tls = tls
            upstream.protocol = pass.protocol
            return (upstream, false)
        }
        if !pass.hasPort, let (owner, path) = owner(ofUpstream: pass.shownHost, for: site) {
            let asked = UpstreamSettings(path.containers, host: path.label)
            if var upstream = upstream(of: path, owner, asked) {
                let isRegistry = path.containers.contains(where: \.isRegistry)
                guard asked.transport.rawValue != scheme else { return (upstream, isRegistry) }
                upstream.key = ByteString("\(upstream.key) \(scheme) of \(site.name)")
                upstream.tls = tls
                upstream.protocol = pass.protocol
                return (upstream, isRegistry)
            }
        }
        let server = pass.server
        var upstream = Upstream(
            key: ByteString("\(site.name) \(scheme)://\(pass.shownHost):\(server.port)"), host: pass.shownHost,
            port: server.port, backends: backends([server]))
        upstream.tls = tls
        upstream.protocol = pass.protocol
        return (upstream, false)
    }

    /// The path whose containers nginx-proxy would put into an upstream of this name; `site` depends on its host from now on.
    private mutating func owner(ofUpstream name: ByteString, for site: Site) -> (Site, SitePath)? {
        if let owner = look(for: name, on: site), let path = owner.orderedPaths.first(where: \.isRoot),
            !path.containers.isEmpty
        {
            return (owner, path)
        }
        // The name of a path's upstream ends in its digest.
        guard name.count > 41, name.bytes[name.count - 41] == UInt8(ascii: "-"),
            let owner = look(for: ByteString(Array(name.bytes.dropLast(41))), on: site),
            let path = owner.orderedPaths.first(where: { $0.upstreamKey == name }), !path.containers.isEmpty
        else { return nil }
        return (owner, path)
    }
}

extension ProxyPass {
    /// The name that it gives, where that is no address.
    fileprivate var name: ByteString? { if case .name(let name) = server.host { ByteString(name) } else { nil } }
}
