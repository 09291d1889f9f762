internal import Bytes

/// The address of a backend as a directive writes it: `HOST` or `HOST:PORT`, IPv6 in brackets.
enum ServerAddress {
    /// The host and the port where one is written; nil for anything else.
    static func parse(_ text: ArraySlice<UInt8>) -> (host: StaticServer.Host, port: UInt16?)? {
        var host = text
        var portText: ArraySlice<UInt8>?
        if text.first == UInt8(ascii: "[") {
            guard let close = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = text[(text.startIndex + 1)..<close]
            let rest = text[(close + 1)...]
            guard rest.isEmpty || rest.first == ASCII.colon else { return nil }
            portText = rest.isEmpty ? nil : rest.dropFirst()
            guard let address = address(host), address.isIPv6 else { return nil }
        } else if let colon = text.firstIndex(of: ASCII.colon) {
            host = text[..<colon]
            portText = text[(colon + 1)...]
        }
        var port: UInt16?
        if let portText {
            let number = portText.withUnsafeBytes { ASCII.decimal($0, limit: 65_535) }
            guard let number, number > 0 else { return nil }
            port = UInt16(number)
        }
        if let address = address(host) { return (.address(address), port) }
        let name = String(decoding: host, as: UTF8.self)
        guard case .exact(let exact)? = (try? HostName.patterns(name))?.first else { return nil }
        return (.name(exact.text), port)
    }

    private static func address(_ text: ArraySlice<UInt8>) -> IPAddress? { text.withUnsafeBytes { IPAddress($0) } }
}
