internal import Bytes
internal import Routing

extension DiscoveryMessage {
    private enum Kind: UInt8 {
        case container = 1
        case removed = 2
        case place = 3
        case state = 4
        case log = 5
    }

    /// The bytes of the message, without the length that goes before it.
    package var encoded: [UInt8] {
        switch self {
        case .container(let container, let isRoutable):
            var writer = MessageWriter(kind: Kind.container.rawValue)
            writer.put(isRoutable)
            writer.put(container)
            return writer.bytes
        case .removed(let id):
            var writer = MessageWriter(kind: Kind.removed.rawValue)
            writer.put(id)
            return writer.bytes
        case .place(let place):
            var writer = MessageWriter(kind: Kind.place.rawValue)
            writer.put(place)
            return writer.bytes
        case .state(let state):
            var writer = MessageWriter(kind: Kind.state.rawValue)
            writer.put(state.isSynchronized)
            writer.put(state.isReady)
            writer.put(state.isSettled)
            writer.put(state.summary)
            return writer.bytes
        case .log(let level, let text):
            var writer = MessageWriter(kind: Kind.log.rawValue)
            writer.put(level.rawValue)
            writer.put(text)
            return writer.bytes
        }
    }

    /// Reads a message. Whoever sent it may be an attacker by now: it is taken only as `encoded` writes it.
    ///
    /// - Throws: `MessageError` for anything else.
    package init(_ bytes: UnsafeRawBufferPointer) throws(MessageError) {
        guard bytes.count <= Self.limit else { throw .tooLong }
        var reader = MessageReader(bytes)
        guard let kind = Kind(rawValue: try reader.number()) else { throw .unknown }
        switch kind {
        case .container:
            let isRoutable = try reader.flag()
            self = .container(try reader.container(), isRoutable: isRoutable)
        case .removed: self = .removed(id: try reader.identifier())
        case .place: self = .place(try reader.place())
        case .state:
            var state = DiscoveryState()
            state.isSynchronized = try reader.flag()
            state.isReady = try reader.flag()
            state.isSettled = try reader.flag()
            state.summary = try reader.text()
            self = .state(state)
        case .log:
            guard let level = Level(rawValue: try reader.number()) else { throw .unknown }
            self = .log(level, try reader.text())
        }
        try reader.end()
    }
}

extension MessageWriter {
    fileprivate mutating func put(_ container: Container) {
        put(container.id)
        put(container.name)
        put(container.image)
        put(container.created)
        // In a fixed order, so that the same container is the same bytes.
        put(container.environment)
        put(container.labels)
        put(container.networks) { $0.put($1) }
        put(container.ports) { $0.put($1) }
        put(container.exposedPorts) { $0.put($1) }
        put(container.health.code)
    }

    private mutating func put(_ texts: [String: String]) {
        put(texts.sorted { $0.key < $1.key }) { writer, pair in
            writer.put(pair.key)
            writer.put(pair.value)
        }
    }

    private mutating func put(_ port: Container.Port) {
        put(port.number)
        put(port.transport)
        put(port.isPublished)
    }

    private mutating func put(_ network: NetworkAttachment) {
        put(network.name)
        for address in [network.ipv4, network.ipv6, network.gateway] { put(address) }
        put(network.isInternal)
    }

    private mutating func put(_ address: IPAddress?) {
        switch address {
        case nil: put(UInt8(0))
        case let address? where address.isIPv6:
            put(UInt8(6))
            put(address.upper)
            put(address.lower)
        case let address?:
            put(UInt8(4))
            put(UInt32(truncatingIfNeeded: address.lower))
        }
    }

    fileprivate mutating func put(_ place: ProxyPlace) {
        switch place {
        case .host: put(UInt8(0))
        case .container(let id, let networks):
            put(UInt8(1))
            put(id)
            put(networks) { $0.put($1) }
        }
    }
}

extension MessageReader {
    fileprivate mutating func container() throws(MessageError) -> Container {
        var container = Container(id: try identifier(), name: try text(), image: try text(), created: try number())
        container.environment = try texts()
        container.labels = try texts()
        container.networks = try networks()
        container.ports = try ports()
        container.exposedPorts = try ports()
        guard let health = Container.Health(code: try number()) else { throw .unknown }
        container.health = health
        return container
    }

    /// The identifier of a container, which everything else hangs on.
    fileprivate mutating func identifier() throws(MessageError) -> String {
        let id = try text()
        guard !id.isEmpty else { throw .unknown }
        return id
    }

    private mutating func texts() throws(MessageError) -> [String: String] {
        let pairs = try list { reader throws(MessageError) in (try reader.text(), try reader.text()) }
        var texts: [String: String] = [:]
        texts.reserveCapacity(pairs.count)
        for (key, value) in pairs where texts.updateValue(value, forKey: key) != nil { throw .unknown }
        return texts
    }

    private mutating func ports() throws(MessageError) -> [Container.Port] {
        try list { reader throws(MessageError) in
            let number = try reader.number(UInt16.self)
            guard number > 0 else { throw .unknown }
            return Container.Port(number, transport: try reader.text(), isPublished: try reader.flag())
        }
    }

    private mutating func networks() throws(MessageError) -> [NetworkAttachment] {
        try list { reader throws(MessageError) in
            NetworkAttachment(
                try reader.text(), ipv4: try reader.address(), ipv6: try reader.address(),
                gateway: try reader.address(), isInternal: try reader.flag())
        }
    }

    private mutating func address() throws(MessageError) -> IPAddress? {
        switch try number(UInt8.self) {
        case 0: nil
        case 4: IPAddress(ipv4: try number())
        case 6:
            // A mapped IPv4 address has another form.
            try sixth(IPAddress(ipv6: try number(), try number()))
        default: throw .unknown
        }
    }

    private func sixth(_ address: IPAddress) throws(MessageError) -> IPAddress {
        guard address.isIPv6 else { throw .unknown }
        return address
    }

    fileprivate mutating func place() throws(MessageError) -> ProxyPlace {
        switch try number(UInt8.self) {
        case 0: .host
        case 1: .container(id: try identifier(), networks: try networks())
        default: throw .unknown
        }
    }
}

extension Container.Health {
    fileprivate var code: UInt8 {
        switch self {
        case .none: 0
        case .healthy: 1
        case .starting: 2
        case .unhealthy: 3
        }
    }

    fileprivate init?(code: UInt8) {
        switch code {
        case 0: self = .none
        case 1: self = .healthy
        case 2: self = .starting
        case 3: self = .unhealthy
        default: return nil
        }
    }
}
