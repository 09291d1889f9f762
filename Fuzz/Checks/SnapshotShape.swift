internal import Bytes
internal import Routing

/// What holds of every snapshot, whatever it was made of.
enum SnapshotShape {
    static func check(_ snapshot: RoutingSnapshot) throws(Violation) {
        for host in snapshot.hosts {
            let isRegex = if case .pattern? = host.names.first { true } else { false }
            try require(
                isRegex || host.name.bytes.allSatisfy(isNameByte), "the name \(host.name) can stand in a file's name")
            try require(isRegex || !host.name.text.contains(".."), "the name \(host.name) leads nowhere else")
            try require(!host.locations.isEmpty, "a host has a location")
            if let hsts = host.hsts { try checkFieldValue(hsts.bytes) }
            for location in host.locations {
                try check(location.settings)
                if let upstream = location.upstream { try check(upstream) }
            }
        }
        for (index, host) in snapshot.hosts.enumerated() {
            guard case .exact(let name)? = host.names.first else { continue }
            let found = name.withBytes { snapshot.table.find($0, with: PatternMatcher()) }
            try requireEqual(found, index, "the host that \(name) leads to")
        }
    }

    private static func check(_ settings: LocationSettings) throws(Violation) {
        if let size = settings.maxBodySize { try require(size > 0, "a size") }
        let times = [
            settings.connectTimeout, settings.sendTimeout, settings.readTimeout, settings.clientHeaderTimeout,
            settings.clientBodyTimeout, settings.clientSendTimeout, settings.keepaliveTimeout,
        ]
        for time in times { try require(time >= .zero && time <= .seconds(315_360_000), "a time of \(time)") }
        for header in settings.addedHeaders { try check(header.name, header.value) }
        for header in settings.requestHeaders ?? [] { try check(header.name, header.value) }
        if let authentication = settings.authentication {
            try checkFieldValue(literals(of: authentication.realm))
            try require(authentication.file.utf8.first == ASCII.slash, "a password file has a whole path")
        }
        if let returned = settings.returned {
            try require((200...999).contains(returned.status), "the status \(returned.status)")
            if case .redirect(let place) = returned.content { try checkFieldValue(literals(of: place)) }
        }
    }

    private static func check(_ upstream: Upstream) throws(Violation) {
        var endpoints: Set<Endpoint> = []
        for backend in upstream.backends {
            try require(backend.endpoint.port > 0, "the port of a backend")
            try require(backend.weight > 0, "the weight of a backend")
            try require(endpoints.insert(backend.endpoint).inserted, "each backend once")
        }
        try checkFieldValue(upstream.host.bytes)
    }

    /// What becomes a field of a request or an answer cannot end its line or its head.
    private static func check(_ name: ByteString, _ value: Template) throws(Violation) {
        try require(!name.isEmpty && name.bytes.allSatisfy(\.isTokenByte), "\(name) is a field's name")
        try checkFieldValue(literals(of: value))
    }

    private static func checkFieldValue(_ bytes: [UInt8]) throws(Violation) {
        try require(
            bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == ASCII.tab }, "\(bytes.text) is a field's value")
    }

    private static func literals(of template: Template) -> [UInt8] {
        template.pieces.flatMap { (piece) -> [UInt8] in if case .literal(let text) = piece { text.bytes } else { [] } }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || (0x61...0x7a).contains(byte) || "-_.*[]:".utf8.contains(byte)
    }
}
