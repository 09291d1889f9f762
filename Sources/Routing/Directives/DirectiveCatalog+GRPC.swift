extension DirectiveCatalog {
    /// How backends that speak HTTP/2 are asked, gRPC servers mostly. What is not of times and fields is one setting with what
    /// nginx has for other backends, under two names.
    static let grpc: [DirectiveRow] = [
        time("grpc_connect_timeout", \.grpc.connectTimeout),
        DirectiveRow("grpc_pass", "[grpc[s]://]HOST[:PORT] | UPSTREAM", in: [.location, .locationIf]) {
            directive, compiler throws(Diagnostic) in try compiler.setGRPCPass(directive)
        },
        time("grpc_read_timeout", \.grpc.readTimeout),
        time("grpc_send_timeout", \.grpc.sendTimeout),
        DirectiveRow("grpc_set_header", "NAME VALUE", arity: 2...2, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.setGRPCHeader(directive)
        },
    ]
}
