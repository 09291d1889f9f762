internal import Bytes

/// `limit_req`, `limit_conn` and the zones that they count in.
extension HostFileCompiler {
    /// `limit_req_zone KEY zone=NAME:SIZE rate=NUMBERr/s`.
    mutating func addRequestZone(_ directive: Directive) throws(Diagnostic) {
        var place: (name: ByteString, size: Int)?
        var rate: Int?
        for argument in directive.arguments.dropFirst() {
            if let value = Self.value(of: "zone", argument) {
                place = try zonePlace(value, argument, directive)
            } else if let value = Self.value(of: "rate", argument) {
                rate = try Self.rate(value, argument, directive)
            } else {
                throw directive.error(
                    argument, "\(Quoted(argument.text)) is not a choice here",
                    hint: "write limit_req_zone KEY zone=NAME:SIZE rate=NUMBERr/s;")
            }
        }
        guard let place, let rate else {
            throw directive.error(
                directive.name, "\(place == nil ? "zone=NAME:SIZE" : "rate=NUMBERr/s") is missing",
                hint: "write limit_req_zone KEY zone=NAME:SIZE rate=NUMBERr/s;")
        }
        try add(.requests(rate: rate), place, directive)
    }

    /// `limit_conn_zone KEY zone=NAME:SIZE`.
    mutating func addConnectionZone(_ directive: Directive) throws(Diagnostic) {
        let argument = directive.arguments[1]
        guard let value = Self.value(of: "zone", argument) else {
            throw directive.error(
                argument, "\(Quoted(argument.text)) is not a choice here",
                hint: "write limit_conn_zone KEY zone=NAME:SIZE;")
        }
        try add(.connections, try zonePlace(value, argument, directive), directive)
    }

    /// `limit_req zone=NAME [burst=NUMBER] [nodelay | delay=NUMBER]`.
    mutating func addRequestLimit(_ directive: Directive) throws(Diagnostic) {
        var zone: LimitZone?
        var (burst, undelayed): (Int, Int?) = (0, 0)
        for argument in directive.arguments {
            if let name = Self.value(of: "zone", argument) {
                zone = try self.zone(ByteString(Array(name)), argument, directive)
            } else if let value = Self.value(of: "burst", argument) {
                burst = try Self.count(value, argument, directive)
            } else if let value = Self.value(of: "delay", argument) {
                undelayed = try Self.count(value, argument, directive)
            } else if argument.text == "nodelay" {
                undelayed = nil
            } else {
                throw directive.error(
                    argument, "\(Quoted(argument.text)) is not a choice here",
                    hint: "write limit_req zone=NAME [burst=NUMBER] [nodelay | delay=NUMBER];")
            }
        }
        guard let zone else {
            throw directive.error(directive.name, "zone=NAME is missing", hint: "name a zone of limit_req_zone")
        }
        guard case .requests = zone.kind else {
            throw directive.error(
                directive.name, "\(zone.name) is a zone of limit_conn_zone", hint: "name a zone of limit_req_zone")
        }
        guard !settings.limits.requests.contains(where: { $0.zone == zone }) else {
            throw directive.error(directive.name, "the zone \(zone.name) is counted here for the second time")
        }
        try checkCount(settings.limits.requests.count, directive)
        settings.limits.requests.append(.init(zone: zone, burst: burst, undelayed: undelayed))
    }

    /// `limit_conn ZONE NUMBER`.
    mutating func addConnectionLimit(_ directive: Directive) throws(Diagnostic) {
        let zone = try zone(directive.arguments[0].text, directive.arguments[0], directive)
        guard case .connections = zone.kind else {
            throw directive.error(
                directive.arguments[0], "\(zone.name) is a zone of limit_req_zone",
                hint: "name a zone of limit_conn_zone")
        }
        let most = try directive.number(directive.arguments[1])
        guard (1...65_535).contains(most) else {
            throw directive.error(directive.arguments[1], "\(most) is not a limit", hint: "write 1 to 65535")
        }
        guard !settings.limits.connections.contains(where: { $0.zone == zone }) else {
            throw directive.error(directive.name, "the zone \(zone.name) is counted here for the second time")
        }
        try checkCount(settings.limits.connections.count, directive)
        settings.limits.connections.append(.init(zone: zone, most: most))
    }

    private mutating func add(
        _ kind: LimitZone.Kind, _ place: (name: ByteString, size: Int), _ directive: Directive
    ) throws(Diagnostic) {
        guard zones[place.name] == nil else {
            throw directive.error(
                directive.name, "the zone \(place.name) is declared for the second time", hint: "give it another name")
        }
        guard zones.count < Self.mostZones else {
            throw directive.error(directive.name, "there are more than \(Self.mostZones) zones")
        }
        zones[place.name] = LimitZone(
            kind: kind, name: place.name, file: directive.file, key: try directive.template(directive.arguments[0]),
            size: place.size)
    }

    private func zone(
        _ name: ByteString, _ argument: Directive.Argument, _ directive: Directive
    ) throws(Diagnostic) -> LimitZone {
        if let zone = zones[name] { return zone }
        let suggestion = NearMiss.suggestion(for: name.text, among: zones.keys.map(\.text).sorted())
        throw directive.error(
            argument, "there is no zone \(Quoted(name))",
            hint: suggestion.map { "did you mean \($0)?" }
                ?? "declare it with limit_req_zone or limit_conn_zone in a file of conf.d, or in this file")
    }

    /// `NAME:SIZE` of a zone.
    private func zonePlace(
        _ value: ArraySlice<UInt8>, _ argument: Directive.Argument, _ directive: Directive
    ) throws(Diagnostic) -> (name: ByteString, size: Int) {
        guard let colon = value.firstIndex(of: ASCII.colon), colon > value.startIndex,
            let size = DirectiveSize.bytes(ByteString(Array(value[(colon + 1)...])), allowsGiga: false)
        else {
            throw directive.error(
                argument, "\(Quoted(argument.text)) does not say how large the zone is",
                hint: "write zone=NAME:SIZE, such as zone=clients:10m")
        }
        guard (Self.leastSize...Self.mostSize).contains(size) else {
            throw directive.error(argument, "a zone takes 32k to 1024m", hint: "write 10m, which is enough for most")
        }
        return (ByteString(Array(value[..<colon])), size)
    }

    /// What stands behind `NAME=`.
    private static func value(of name: String, _ argument: Directive.Argument) -> ArraySlice<UInt8>? {
        let bytes = argument.text.bytes
        guard bytes.starts(with: "\(name)=".utf8) else { return nil }
        return bytes[(name.utf8.count + 1)...]
    }

    /// Requests in a second, in thousandths, of `NUMBERr/s` or `NUMBERr/m`.
    private static func rate(
        _ value: ArraySlice<UInt8>, _ argument: Directive.Argument, _ directive: Directive
    ) throws(Diagnostic) -> Int {
        let isPerMinute = value.suffix(3) == Array("r/m".utf8)[...]
        guard isPerMinute || value.suffix(3) == Array("r/s".utf8)[...],
            let number = decimal(value.dropLast(3)), number > 0
        else {
            throw directive.error(
                argument, "\(Quoted(argument.text)) is not a rate",
                hint: "write rate=10r/s, or rate=30r/m for less than one in a second")
        }
        return isPerMinute ? number * 1000 / 60 : number * 1000
    }

    private static func count(
        _ value: ArraySlice<UInt8>, _ argument: Directive.Argument, _ directive: Directive
    ) throws(Diagnostic) -> Int {
        guard let number = decimal(value), number > 0 else {
            throw directive.error(argument, "\(Quoted(argument.text)) is not a number of requests")
        }
        return number
    }

    private static func decimal(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count <= 9 else { return nil }
        return ByteString(Array(bytes)).withBytes { ASCII.decimal($0) }
    }

    private func checkCount(_ count: Int, _ directive: Directive) throws(Diagnostic) {
        guard count >= Self.mostLimits else { return }
        throw directive.error(directive.name, "there are more than \(Self.mostLimits) of them on one level")
    }

    private static let mostZones = 100
    private static let mostLimits = 20
    private static let leastSize = 32 << 10
    private static let mostSize = 1 << 30
}
