internal import Bytes

extension HostFileCompiler {
    /// `add_header NAME VALUE [always]`.
    mutating func addHeader(_ directive: Directive) throws(Diagnostic) {
        let name = directive.arguments[0]
        let isAlways = directive.arguments.count == 3
        if isAlways, directive.arguments[2].text != "always" {
            if let missing = missingSemicolon(in: directive) { throw missing }
            let third = directive.arguments[2]
            throw directive.error(
                third, "\(Quoted(third.text)) is not a choice here",
                hint: "write always or nothing; a value with spaces needs quotes")
        }
        let value = try directive.fieldValue(directive.arguments[1])
        try checkName(name, of: directive)
        if isFraming(name.text) {
            let message = "\(name.text.text) is not added: it tells where the answer ends, which is Portico's to say"
            report(directive.diagnostic(.warning, name, message))
            return
        }
        guard settings.addedHeaders.count < Self.mostFields else {
            throw directive.error(directive.name, "more than \(Self.mostFields) fields are added")
        }
        let isRepeated = settings.addedHeaders.contains { Self.isSame($0.name, name.text) }
        if isRepeated, !Self.repeatable.contains(name.text.text.lowercased()) {
            let message = "\(name.text.text) is added for the second time, so answers will carry it twice"
            report(directive.diagnostic(.warning, name, message, hint: "remove one of the two"))
        }
        if level.addedHeaderPlace == nil { level.addedHeaderPlace = .file(directive.file, directive.name.position) }
        settings.addedHeaders.append(AddedHeader(name: name.text, value: value, always: isAlways))
    }

    /// `proxy_set_header NAME VALUE`.
    mutating func setRequestHeader(_ directive: Directive) throws(Diagnostic) {
        let value = try requestHeader(directive, to: \.requestHeaders)
        let name = directive.arguments[0].text
        // What Portico says of the connection by itself is not the operator's to word, only to allow.
        if Self.isSame(name, "Upgrade") {
            settings.setsUpgrade = value.constant?.isEmpty != true
        } else if Self.isSame(name, "Connection") {
            settings.setsUpgradingConnection = value.constant.map { Self.isSame($0, "upgrade") } ?? true
        }
        if level.requestHeaderPlace == nil { level.requestHeaderPlace = .file(directive.file, directive.name.position) }
    }

    /// `grpc_set_header NAME VALUE`.
    mutating func setGRPCHeader(_ directive: Directive) throws(Diagnostic) {
        _ = try requestHeader(directive, to: \.grpc.requestHeaders)
    }

    /// Adds the field that a directive names to those that are set; returns its value.
    private mutating func requestHeader(
        _ directive: Directive, to list: WritableKeyPath<DirectiveSettings, [RequestHeader]?>
    ) throws(Diagnostic) -> Template {
        let name = directive.arguments[0]
        let value = try directive.fieldValue(directive.arguments[1])
        try checkName(name, of: directive)
        var headers = settings[keyPath: list] ?? []
        guard headers.count < Self.mostFields else {
            throw directive.error(directive.name, "more than \(Self.mostFields) fields are set")
        }
        if !isFraming(name.text) {
            headers.append(RequestHeader(name: name.text, value: value))
        } else if Self.isSame(name.text, "Content-Length") || Self.isSame(name.text, "Transfer-Encoding") {
            let message = "\(name.text.text) is not changed: it tells where the request ends, which is Portico's to say"
            report(directive.diagnostic(.warning, name, message))
        }
        settings[keyPath: list] = headers
        if Self.isSame(name.text, "Host"), value.pieces == [.variable(.host)] {
            let message = "Host $host loses the port that the client used"
            report(directive.diagnostic(.warning, directive.arguments[1], message, hint: "write $http_host"))
        }
        return value
    }

    /// Says what the first `proxy_set_header` of a level takes away, where the level does not set it again.
    mutating func checkRequestHeaders(of level: DirectiveLevel) {
        for location in level.locations { checkRequestHeaders(of: location.level) }
        guard let place = level.requestHeaderPlace, let headers = level.settings.requestHeaders else { return }
        let lost = Self.defaults.filter { name in !headers.contains { Self.isSame($0.name, ByteString(name)) } }
        guard !lost.isEmpty else { return }
        report(
            Diagnostic(
                .warning, at: place,
                "proxy_set_header replaces the whole default set, as in nginx: \(lost.joined(separator: ", ")) "
                    + "\(lost.count == 1 ? "is" : "are") no longer set by Portico",
                hint: "add lines such as proxy_set_header Host $http_host and "
                    + "proxy_set_header X-Forwarded-Proto $proxy_x_forwarded_proto"))
    }

    /// Says which fields of the levels around it the first `add_header` of a level takes away.
    mutating func checkAddedHeaders(of level: DirectiveLevel, below outer: [AddedHeader] = []) {
        let headers = level.settings.addedHeaders
        let lost =
            headers.isEmpty ? [] : outer.filter { field in !headers.contains { Self.isSame($0.name, field.name) } }
        if let place = level.addedHeaderPlace, !lost.isEmpty {
            let names = lost.map(\.name.text).joined(separator: ", ")
            report(
                Diagnostic(
                    .warning, at: place,
                    "add_header takes the place of those further out, as in nginx: \(names) "
                        + "\(lost.count == 1 ? "is" : "are") not added here",
                    hint: "repeat \(lost.count == 1 ? "it" : "them") here"))
        }
        let inherited = headers.isEmpty ? outer : headers
        for location in level.locations { checkAddedHeaders(of: location.level, below: inherited) }
        for branch in level.branches { checkAddedHeaders(of: branch, below: inherited) }
    }

    private mutating func checkName(_ name: Directive.Argument, of directive: Directive) throws(Diagnostic) {
        var bytes = name.text.bytes[...]
        if bytes.last == ASCII.colon {
            bytes = bytes.dropLast()
            report(
                directive.diagnostic(
                    .warning, name, "the colon becomes part of the field's name, as in nginx",
                    hint: "write \(String(decoding: bytes, as: UTF8.self)) without it"))
        }
        guard !bytes.isEmpty, bytes.allSatisfy(Self.isToken) else {
            throw directive.error(
                name, "\(Quoted(name.text)) cannot be the name of a field",
                hint: "a name has letters, digits and -")
        }
    }

    /// Whether the field tells where a message ends or belongs to one connection alone.
    private func isFraming(_ name: ByteString) -> Bool { Self.framing.contains { Self.isSame(name, $0) } }

    private static func isSame(_ a: ByteString, _ b: ByteString) -> Bool {
        a.withBytes { a in b.withBytes { ASCII.equalsIgnoringCase(a, $0) } }
    }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    private static let mostFields = 200
    private static let framing: [ByteString] = [
        "Connection", "Content-Length", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade",
    ]
    private static let defaults = [
        "Host", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Real-IP",
    ]
    private static let repeatable: Set<String> = ["cache-control", "link", "set-cookie", "vary", "via", "warning"]
}
