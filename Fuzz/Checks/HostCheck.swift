internal import Bytes
internal import HTTP
internal import Routing

/// What a client names as host: the same verdict in `Host` and in a target, one name out of every way to write it.
enum HostCheck {
    static func run(_ input: [UInt8]) throws(Violation) {
        try checkAddresses(input)
        // A line end or a blank would make something else of the head.
        guard !input.isEmpty, !input.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else { return }
        let accepted = name(of: input, head: [Array("GET / HTTP/1.1\r\nHost: ".utf8), input, Array("\r\n\r\n".utf8)])
        try requireEqual(accepted, plainName(input), "the host's name as a plain reader has it")
        if !input.contains(where: { "/?#".utf8.contains($0) }) {
            let inTarget = name(
                of: input, head: [Array("GET http://".utf8), input, Array("/ HTTP/1.1\r\nHost: other\r\n\r\n".utf8)])
            try requireEqual(inTarget, accepted, "the host in a target")
        }
        if let accepted { try checkLookup(accepted) }
    }

    /// The host's name where the head is accepted.
    private static func name(of input: [UInt8], head parts: [[UInt8]]) -> [UInt8]? {
        let head = parts.flatMap { $0 }
        guard case .complete(_, let shape) = RequestHeadCheck.parse(head), head[shape.host].elementsEqual(input) else {
            return nil
        }
        return Array(head[shape.hostName])
    }

    /// RFC 9110 §7.2 as far as names go that DNS or an engine can have.
    private static func plainName(_ input: [UInt8]) -> [UInt8]? {
        var name = input[...]
        var port: ArraySlice<UInt8>?
        let end = input.last == UInt8(ascii: "]") ? nil : input.lastIndex(of: ASCII.colon)
        if let end {
            name = input[..<end]
            port = input[(end + 1)...]
        }
        if let port {
            guard (1...5).contains(port.count), port.allSatisfy(ASCII.isDigit),
                Int(port.text).map({ $0 < 65536 }) == true
            else { return nil }
        }
        if name.first == UInt8(ascii: "[") {
            guard name.last == UInt8(ascii: "]"), name.contains(ASCII.colon) else { return nil }
            return IPAddress(String(name.dropFirst().dropLast().text)) == nil ? nil : Array(name)
        }
        guard name.count <= 254 else { return nil }
        if name.last == UInt8(ascii: ".") { name = name.dropLast() }
        let labels = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isLetter = { (byte: UInt8) in
            ASCII.isLetter(byte) || ASCII.isDigit(byte) || "-_~".utf8.contains(byte)
        }
        return labels.allSatisfy { !$0.isEmpty && $0.allSatisfy(isLetter) } ? Array(name) : nil
    }

    /// A host is found by its name in any case of its letters, and by no other.
    private static func checkLookup(_ name: [UInt8]) throws(Violation) {
        let capitals = name.map { ASCII.isLetter($0) ? $0 & 0xdf : $0 }
        let table = HostTable([[.exact(ByteString("x" + name.text))], [.exact(ByteString(name.lowercased))]])
        for spelling in [name, capitals] {
            let found = spelling.withUnsafeBytes { table.find($0, with: PatternMatcher()) }
            try requireEqual(found, name.count <= 255 ? 1 : nil, "the host that \(spelling.text) leads to")
        }
        if let dot = name.firstIndex(of: UInt8(ascii: ".")), dot > 0 {
            let parent = HostTable([[.leading(ByteString(Array(name[(dot + 1)...])))]])
            try requireEqual(
                capitals.withUnsafeBytes { parent.find($0, with: PatternMatcher()) }, 0,
                "the host with a star for the first part")
            try requireEqual(
                capitals[(dot + 1)...].withUnsafeBytes { parent.find($0, with: PatternMatcher()) }, nil,
                "a star does not stand for nothing")
        }
    }

    private static func checkAddresses(_ input: [UInt8]) throws(Violation) {
        let bytes = ExactBytes(input)
        if let address = IPAddress(UnsafeRawBufferPointer(bytes.memory)) {
            try requireEqual(IPAddress(address.description), address, "an address written and read")
            try requireEqual(written { address.append(to: &$0) }.text, address.description, "an address written")
        }
        guard let network = IPNetwork(input.text) else { return }
        try requireEqual(IPNetwork(network.description), network, "a network written and read")
        try require(network.contains(network.base), "a network holds its base")
        if let slash = input.firstIndex(of: ASCII.slash), let inside = IPAddress(input[..<slash].text) {
            try require(network.contains(inside), "a network holds the address that it was made of")
        }
    }
}
