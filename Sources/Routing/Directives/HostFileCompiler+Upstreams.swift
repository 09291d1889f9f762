internal import Bytes

extension HostFileCompiler {
    /// `server_name NAME…`: names beside the one that the file is named by.
    mutating func addNames(_ directive: Directive) throws(Diagnostic) {
        if let missing = missingSemicolon(in: directive) { throw missing }
        try refuseInDefault(directive)
        for argument in directive.arguments where !argument.text.isEmpty && argument.text != "_" {
            var text = argument.text.text[...]
            // nginx: `.example.com` is the name itself and every name below it.
            let coversBelow = text.hasPrefix(".")
            if coversBelow { text = text.dropFirst() }
            do throws(HostNameError) {
                let patterns = try HostName.patterns(text)
                file.names += patterns
                if coversBelow, case .exact(let name)? = patterns.first { file.names.append(.leading(name)) }
            } catch {
                throw directive.error(argument, "\(Quoted(argument.text)) \(error.message)", hint: error.hint)
            }
        }
    }

    /// `upstream NAME { server …; }`: a group of backends for `proxy_pass`.
    mutating func addUpstream(_ directive: Directive) throws(Diagnostic) {
        let name = directive.arguments[0]
        guard groups[name.text] == nil else {
            throw directive.error(name, "the group \(name.text.text) is made for the second time")
        }
        openGroup = ServerGroup()
        compileBlock(directive.block ?? [], in: .upstream)
        guard !openGroup.servers.isEmpty else {
            throw directive.error(name, "the group \(name.text.text) has no server", hint: "write server ADDRESS:PORT;")
        }
        groups[name.text] = openGroup
    }

    /// `least_conn`, `ip_hash`, `hash`, `random` of a group.
    mutating func setBalancing(_ directive: Directive) throws(Diagnostic) {
        openGroup.balancing = try LoadBalancing(directive)
    }

    /// `keepalive CONNECTIONS` of a group.
    mutating func setUpstreamKeepalive(_ directive: Directive) throws(Diagnostic) {
        let limit = try directive.number(directive.arguments[0])
        openGroup.keepalive = limit == 0 ? .disabled : .limit(limit)
    }

    /// `server ADDRESS[:PORT] [weight=N] …` of a group.
    mutating func addServer(_ directive: Directive) throws(Diagnostic) {
        let address = directive.arguments[0]
        guard let (host, port) = ServerAddress.parse(address.text.bytes[...]) else {
            throw directive.error(
                address, "\(Quoted(address.text)) is not an address of a backend", hint: "write server ADDRESS:PORT;")
        }
        guard openGroup.servers.count < Self.mostServers else {
            throw directive.error(directive.name, "more than \(Self.mostServers) backends are named")
        }
        var server = StaticServer(host: host, port: port ?? 80, file: directive.file, position: address.position)
        for option in directive.arguments.dropFirst() { try apply(option, of: directive, to: &server) }
        openGroup.servers.append(server)
    }

    private mutating func apply(
        _ option: Directive.Argument, of directive: Directive, to server: inout StaticServer
    ) throws(Diagnostic) {
        let parts = option.text.text.split(separator: "=", maxSplits: 1).map(String.init)
        let value = ByteString(parts.count == 2 ? parts[1] : "")
        switch (parts.first, parts.count) {
        case ("weight", 2):
            guard let weight = value.withBytes({ ASCII.decimal($0, limit: 10_000) }), weight > 0 else {
                throw directive.error(option, "\(Quoted(value)) is not a weight", hint: "write 1 to 10000")
            }
            server.weight = weight
        case ("max_fails", 2):
            guard let limit = value.withBytes({ ASCII.decimal($0, limit: 1_000_000) }) else {
                throw directive.error(option, "\(Quoted(value)) is not a number of failures")
            }
            server.failures.limit = limit
        case ("fail_timeout", 2):
            guard let seconds = DirectiveTime.seconds(value) else {
                throw directive.error(
                    option, "\(Quoted(value)) is not a time in seconds", hint: "write fail_timeout=10s")
            }
            server.failures.time = .seconds(seconds)
        case ("down", 1):
            server.isDown = true
        case ("backup", 1):
            server.isBackup = true
        case ("max_conns", 2), ("slow_start", 2):
            report(directive.diagnostic(.warning, option, "\(parts[0]) has no effect yet"))
        default:
            throw directive.error(
                option, "\(Quoted(option.text)) is not supported here",
                hint: "write weight=N, max_fails=N, fail_timeout=TIME, backup, down or nothing")
        }
    }

    /// The most backends that one file can name.
    static let mostServers = 1000
}
