/// One thing that is fed with any bytes at all, and what must hold whatever they are.
package struct FuzzTarget: Sendable {
    /// What the target is called on the command line; its corpus lies in the folder of that name.
    package let name: String
    /// Feeds the input; throws when something does not hold.
    package let check: @Sendable ([UInt8]) throws(Violation) -> Void

    /// The target of that name.
    package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }

    /// Every target.
    package static let all = [
        FuzzTarget(name: "request-head", check: RequestHeadCheck.run),
        FuzzTarget(name: "response-head", check: ResponseHeadCheck.run),
        FuzzTarget(name: "h2-request-head", check: HTTP2RequestHeadCheck.run),
        FuzzTarget(name: "h2-response-head", check: HTTP2ResponseHeadCheck.run),
        FuzzTarget(name: "h2-client-session", check: HTTP2ClientSessionCheck.run),
        FuzzTarget(name: "h2-server-session", check: HTTP2ServerSessionCheck.run),
        FuzzTarget(name: "chunked-body", check: ChunkedBodyCheck.run),
        FuzzTarget(name: "server-connection", check: ServerConnectionCheck.run),
        FuzzTarget(name: "client-connection", check: ClientConnectionCheck.run),
        FuzzTarget(name: "host", check: HostCheck.run),
        FuzzTarget(name: "normalized-path", check: NormalizedPathCheck.run),
        FuzzTarget(name: "host-file", check: HostFileCheck.run),
        FuzzTarget(name: "password-file", check: PasswordFileCheck.run),
        FuzzTarget(name: "docker", check: DockerCheck.run),
        FuzzTarget(name: "discovery", check: DiscoveryCheck.run),
        FuzzTarget(name: "proxy-header", check: ProxyHeaderCheck.run),
        FuzzTarget(name: "proxy", check: ProxyCheck.run),
        FuzzTarget(name: "client-hello", check: ClientHelloCheck.run),
        FuzzTarget(name: "fastcgi", check: FastCGICheck.run),
    ]
}
