internal import Bytes

extension HostFileCompiler {
    /// `grpc_pass ADDRESS` of a location.
    mutating func setGRPCPass(_ directive: Directive) throws(Diagnostic) {
        let argument = directive.arguments[0]
        guard openMatch != nil else {
            throw directive.error(
                directive.name, "the location of this file passes its requests to containers already",
                hint: "write the whole location in a file whose name ends in _location_override")
        }
        let scheme = argument.text.bytes.prefix(8).map(ASCII.lowercased)
        let isTLS = scheme == Array("grpcs://".utf8)
        let start = isTLS ? 8 : scheme.starts(with: "grpc://".utf8) ? 7 : 0
        let address = argument.text.bytes[start...]
        guard !address.starts(with: "unix:".utf8), let (host, port) = ServerAddress.parse(address) else {
            throw directive.error(
                argument, "\(Quoted(argument.text)) is not an address of a gRPC server",
                hint: "write grpc_pass grpc://HOST:PORT; or grpcs:// for TLS, or the name of an upstream")
        }
        let place = Diagnostic.Place.file(directive.file, argument.position)
        let server = StaticServer(
            host: host, port: port ?? (isTLS ? 443 : 80), file: directive.file, position: argument.position)
        let pass = ProxyPass(
            server: server, shownHost: ByteString(Array(address)), hasPort: port != nil, isTLS: isTLS, protocol: .http2)
        level.pass = LocationPass(candidates: [.init(text: argument.text, pass: pass, path: "")], place: place)
    }
}
