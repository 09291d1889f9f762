/// What directives say of requests to backends that speak HTTP/2, where that is not what they say of all backends.
package struct GRPCDirectives: Hashable, Sendable {
    /// `grpc_connect_timeout`.
    package var connectTimeout: Duration?
    /// `grpc_send_timeout`.
    package var sendTimeout: Duration?
    /// `grpc_read_timeout`.
    package var readTimeout: Duration?
    /// `grpc_set_header`, as `LocationSettings.requestHeaders` has them.
    package var requestHeaders: [RequestHeader]?

    /// Nothing.
    package init() {}

    /// Lays these over those of the level around.
    func apply(to outer: inout GRPCDirectives) {
        if let connectTimeout { outer.connectTimeout = connectTimeout }
        if let sendTimeout { outer.sendTimeout = sendTimeout }
        if let readTimeout { outer.readTimeout = readTimeout }
        if let requestHeaders { outer.requestHeaders = DirectiveSettings.completed(requestHeaders) }
    }
}

extension Location {
    /// Takes over what the directives for gRPC say, if its backends speak HTTP/2.
    ///
    /// Where these say nothing, what is said of all backends holds, which is more than nginx does.
    mutating func preferGRPC() {
        guard upstreams.contains(where: { $0.protocol == .http2 }) else { return }
        let said = settings.grpc
        if let time = said.connectTimeout { settings.connectTimeout = time }
        if let time = said.sendTimeout { settings.sendTimeout = time }
        if let time = said.readTimeout { settings.readTimeout = time }
        if let headers = said.requestHeaders { settings.requestHeaders = headers }
    }
}
