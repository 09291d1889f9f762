internal import Bytes

extension ProxyPass {
    /// The address with which a text begins, `http://HOST[:PORT]` or `https://…`, and what stands behind it.
    static func parse(
        _ bytes: [UInt8], of argument: Directive.Argument, in directive: Directive
    ) throws(Diagnostic) -> (pass: ProxyPass, path: ArraySlice<UInt8>) {
        let isTLS = bytes.prefix(8).map(ASCII.lowercased) == Array("https://".utf8)
        let defaultPort: UInt16 = isTLS ? 443 : 80
        guard isTLS || bytes.prefix(7).map(ASCII.lowercased) == Array("http://".utf8) else {
            throw directive.error(
                argument, "the address must begin with http:// or https://", hint: "write proxy_pass http://HOST:PORT")
        }
        let authority = bytes[(isTLS ? 8 : 7)...].prefix { $0 != ASCII.slash && $0 != UInt8(ascii: "?") }
        guard let (host, port) = ServerAddress.parse(authority) else {
            throw directive.error(
                argument, "\(Quoted(ByteString(Array(authority)))) is not an address of a backend",
                hint: "write proxy_pass http://HOST:PORT")
        }
        let shown =
            port == defaultPort
            ? authority.prefix(upTo: authority.lastIndex(of: ASCII.colon) ?? authority.endIndex) : authority
        let pass = ProxyPass(
            server: StaticServer(
                host: host, port: port ?? defaultPort, file: directive.file, position: argument.position),
            shownHost: ByteString(Array(shown)), hasPort: port != nil, isTLS: isTLS)
        return (pass, bytes[authority.endIndex...])
    }
}
