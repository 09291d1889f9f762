internal import Bytes
internal import Proxy
internal import Routing
internal import TLS

/// From the listener to the virtual host.
extension Explainer {
    /// Where the request arrives; nil where nothing is listened on for its scheme.
    mutating func listener() -> ListenAddress? {
        let scheme = address.isSecure ? "https" : "http"
        let endpoints = address.isSecure ? settings.https : settings.http
        let port = address.port
        let isExternal = snapshot.externalPorts.contains(ExternalPort(port, isSecure: address.isSecure))
        var lines: [Explanation.Line] = []
        defer { step("listener", lines) }
        guard let own = endpoints.first(where: { $0.port == port }) ?? endpoints.first else {
            lines.append(line("\(scheme) is off: nothing is listened on for it"))
            return isExternal ? external(port, &lines) : nil
        }
        if isExternal, own.port != port { return external(port, &lines) }
        lines.append(line("\(scheme) on \(own)"))
        if own.port != port {
            lines.append(
                line(
                    "port \(port) is none of Portico's: one that Docker publishes, or a balancer, must lead to \(own.port)"
                ))
        }
        if settings.requiresProxyHeader {
            lines.append(line("each connection must begin with a PROXY header, which says who the client is"))
        }
        return ListenAddress(own, isSecure: address.isSecure)
    }

    private func external(_ port: UInt16, _ lines: inout [Explanation.Line]) -> ListenAddress {
        let variable = address.isSecure ? "EXTERNAL_HTTPS_PORT" : "EXTERNAL_HTTP_PORT"
        lines.append(line("port \(port) is open because a host asks for it (\(variable))"))
        return ListenAddress(
            Endpoint(address: IPAddress(ipv4: 0), port: port), isSecure: address.isSecure, isExternal: true)
    }

    // MARK: Certificate

    /// The pair whose certificate the client is shown; nil where it is refused.
    mutating func certificateStep() -> String? {
        let serverName = address.address == nil ? ByteString(address.name) : nil
        let context = result.configuration.certificates.select(
            serverName: serverName, localAddress: address.address)
        let host = snapshot.table.find(address.name, with: matcher).map { snapshot.hosts[$0] }
        guard let context else {
            step("certificate", [line("none: \(reasonForNoCertificate(host))")] + steps(of: host))
            return nil
        }
        let folder = CertificateFolder.read(settings.folders.certificates)
        let pair = folder.certificates.first { $0.value.fingerprint == context.certificate.fingerprint }?.key ?? "-"
        let path = Folders.joined(settings.folders.certificates, "\(pair).crt")
        var lines = [line("\(pair).crt: \(reason(for: pair, host))", .wholeFile(path))]
        let names = context.certificate.subjectNames + context.certificate.addresses.map { "\($0)" }
        lines.append(line("it is for \(names.isEmpty ? "no name" : names.joined(separator: ", "))"))
        let days = (context.certificate.notAfter - now) / 86_400
        lines.append(line(now > context.certificate.notAfter ? "it has expired" : "\(days) days are left"))
        if !context.certificate.covers(address.name, address.address) {
            lines.append(line("clients will refuse it: it is not for \(address.name)"))
        }
        step("certificate", lines)
        return pair
    }

    private func reason(for pair: String, _ host: VirtualHost?) -> String {
        guard let host, host.certificate == pair, let source = host.certificateSource else {
            return address.address == nil
                ? "no host of this name has a certificate, so strangers' is shown"
                : "the client names no host, and this is the certificate for its address"
        }
        switch source {
        case .asked: return "CERT_NAME asks for it (step 1 of 5)"
        case .ownName: return "it is named like the host \(host.name) (step 2 of 5)"
        case .parentName: return "it is named like the host without its first part (step 3 of 5)"
        case .trustedDefault:
            return "no pair is named like the host or its parent, and default is trusted (step 4 of 5)"
        }
    }

    private func reasonForNoCertificate(_ host: VirtualHost?) -> String {
        guard let host else { return "no host is called \(address.name), and there is no default.crt for strangers" }
        if host.httpsMethod == .nohttps { return "\(host.name) is served over http alone (HTTPS_METHOD)" }
        return "\(host.name) has no pair that can be used (step 5 of 5)"
    }

    /// What was looked for in vain.
    private func steps(of host: VirtualHost?) -> [Explanation.Line] {
        guard let host, host.httpsMethod != .nohttps, host.certificate == nil else { return [] }
        return [
            line(
                "looked for: CERT_NAME; \(host.name).crt; the name without its first part; default.crt where it is trusted",
                .wholeFile(settings.folders.certificates))
        ]
    }

    // MARK: Host

    /// The number of the host that the name leads to.
    mutating func hostStep() -> Int? {
        if let index = snapshot.table.find(address.name, with: matcher) {
            let host = snapshot.hosts[index]
            let patterns = host.names
            let rule = address.withName { HostPattern.deciding(of: patterns, for: $0, with: matcher) }
            var lines = [line("\(host.name), by \(rule.map { "\($0.kind) \($0.text)" } ?? "its name")")]
            let others = snapshot.hosts.indices.filter { $0 != index }.compactMap { other -> String? in
                let names = snapshot.hosts[other].names
                return address.withName { HostPattern.deciding(of: names, for: $0, with: matcher) }?.text
            }
            for other in others.prefix(5) { lines.append(line("also fits, and comes later: \(other)")) }
            step("host", lines)
            return index
        }
        guard let index = snapshot.defaultHost else {
            var lines = [line("none: no host is called \(address.name), and DEFAULT_HOST names none")]
            if let near = nearestHost() { lines.append(line("did you mean \(near)?")) }
            step("host", lines)
            return nil
        }
        step("host", [line("\(snapshot.hosts[index].name), which gets unknown names (DEFAULT_HOST)")])
        return index
    }

    private func nearestHost() -> String? {
        NearMiss.suggestion(for: address.name, among: snapshot.hosts.prefix(1000).map(\.name.text))
    }

    // MARK: Scheme and connection

    /// Whether the request gets into the host by its scheme and port, and is not redirected.
    mutating func schemeStep(_ host: VirtualHost, _ listener: ListenAddress) -> Bool {
        let method = "HTTPS_METHOD \(host.httpsMethod.rawValue)"
        switch address.isSecure ? host.httpsPort : host.httpPort {
        case .external(let number) where number != listener.endpoint.port:
            step(
                "scheme",
                [
                    line(
                        "refused: it is served on port \(number) alone (EXTERNAL_\(address.isSecure ? "HTTPS" : "HTTP")_PORT)"
                    )
                ])
            return false
        case .none:
            step("scheme", [line("refused: the port that its container asks for cannot be had")])
            return false
        case .standard where listener.isExternal:
            step("scheme", [line("refused: this port serves only hosts that ask for it")])
            return false
        case .external, .standard: break
        }
        switch host.rule(isHTTPS: address.isSecure) {
        case .serve:
            step("scheme", [line("served over \(address.isSecure ? "https" : "http") (\(method))")])
            return true
        case .redirect:
            step("scheme", [line("redirected to https (\(method)), before anything else is looked at")])
            return false
        case .unknown:
            step("scheme", [line("refused as if the host were unknown (\(method))")])
            return false
        }
    }

    /// What is asked of the connection.
    mutating func connectionStep(_ host: VirtualHost) {
        var lines = [line("policy \(host.tlsPolicy ?? settings.routing.tlsPolicy) (SSL_POLICY)")]
        if !host.speaksHTTP2 {
            lines.append(line("HTTP/1.1 alone; HTTP/2 is off (ENABLE_HTTP2, http2.enable or http2)"))
        }
        if let clients = host.clients {
            let file = Folders.joined(settings.folders.certificates, clients.authorities)
            let what: String =
                switch clients.demand {
                case .on, .off: "the client must show a certificate that these authorities have signed; taken for shown"
                case .optional: "the client may show a certificate that these authorities have signed"
                case .anyAuthority: "the client may show any certificate"
                }
            lines.append(line(what, .wholeFile(file)))
        }
        step("tls", lines)
    }

    /// Why the host is shut.
    mutating func note(_ shut: VirtualHost.Shut, of host: VirtualHost) {
        step(
            "shut",
            [line("every request is answered with \(shut.status): \(shut.diagnostic.message)", shut.diagnostic.place)])
    }
}

extension HostTable {
    fileprivate func find(_ name: String, with matcher: PatternMatcher) -> Int? {
        ByteString(name).withBytes { find($0, with: matcher) }
    }
}

extension CheckedAddress {
    fileprivate func withName<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        ByteString(name).withBytes(body)
    }
}
