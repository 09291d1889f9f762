import Bytes
import Testing

@testable import Routing

@Suite("Directives of gRPC")
struct GRPCDirectivesTests {
    private func build(_ text: String, _ containers: [Container] = []) -> RoutingSnapshot {
        SnapshotBuilder.build(
            SnapshotInputs(containers: containers, files: MemoryFiles(["vhost.d/a.org": text])))
    }

    private func root(_ snapshot: RoutingSnapshot) throws -> Location {
        try #require(snapshot.hosts.first?.locations.first { $0.match == .prefix("/") })
    }

    @Test(
        "send the requests of a location to a server over HTTP/2",
        arguments: [
            ("10.0.0.1:50051", "10.0.0.1:50051", false), ("grpc://10.0.0.1:50051", "10.0.0.1:50051", false),
            ("GRPCS://10.0.0.1:50051", "10.0.0.1:50051", true), ("grpc://10.0.0.1", "10.0.0.1:80", false),
            ("grpcs://10.0.0.1", "10.0.0.1:443", true),
        ])
    func location(address: String, expected: String, isTLS: Bool) throws {
        let snapshot = build("location / { grpc_pass \(address); }")
        #expect(snapshot.diagnostics.isEmpty, "\(snapshot.diagnostics)")
        let upstream = try #require(root(snapshot).upstream)
        #expect(upstream.protocol == .http2)
        #expect(upstream.backends.map(\.endpoint.description) == [expected])
        #expect((upstream.tls != nil) == isTLS)
    }

    @Test("name groups, and stand beside locations that speak HTTP/1")
    func groups() throws {
        let snapshot = build(
            """
            upstream app { server 10.0.0.1:9000; server 10.0.0.2:9000; }
            location / { proxy_pass http://app; }
            location /pkg.Service/ { grpc_pass grpc://app; }
            """)
        #expect(snapshot.diagnostics.isEmpty, "\(snapshot.diagnostics)")
        let upstreams = try #require(snapshot.hosts.first?.locations).compactMap(\.upstream)
        #expect(Set(upstreams.map(\.protocol)) == [.http1, .http2])
        #expect(Set(upstreams.map(\.key)).count == 2)
        #expect(upstreams.allSatisfy { $0.backends.count == 2 })
    }

    @Test("say times and fields for such backends alone, which have those of all where nothing is said")
    func settings() throws {
        let snapshot = build(
            """
            proxy_read_timeout 7s;
            proxy_send_timeout 8s;
            grpc_read_timeout 1h;
            grpc_connect_timeout 3s;
            grpc_set_header X-App one;
            location / { grpc_pass 10.0.0.1:9000; }
            location /web/ { proxy_pass http://10.0.0.1:80; }
            """)
        #expect(snapshot.diagnostics.isEmpty, "\(snapshot.diagnostics)")
        let settings = try root(snapshot).settings
        #expect(settings.readTimeout == .seconds(3600))
        #expect(settings.sendTimeout == .seconds(8))
        #expect(settings.connectTimeout == .seconds(3))
        #expect(settings.requestHeaders?.map(\.name) == ["Host", "X-App"])
        let web = try #require(snapshot.hosts.first?.locations.first { $0.match == .prefix("/web/") }).settings
        #expect(web.readTimeout == .seconds(7))
        #expect(web.connectTimeout == .seconds(60))
        #expect(web.requestHeaders == nil)
    }

    @Test("hold for what containers ask for, in the files of their host")
    func containers() throws {
        let snapshot = build(
            "grpc_read_timeout 5m;",
            [makeContainer("a", ["VIRTUAL_HOST": "a.org", "VIRTUAL_PROTO": "grpc"])])
        let location = try root(snapshot)
        #expect(location.upstream?.protocol == .http2)
        #expect(location.settings.readTimeout == .seconds(300))
    }

    @Test(
        "are refused where they cannot be followed",
        arguments: [
            ("location / { grpc_pass unix:/run/app.sock; }", "is not an address of a gRPC server"),
            ("location / { grpc_pass grpc://a:b:c; }", "is not an address of a gRPC server"),
            ("location / { grpc_pass $backend; }", "is not an address of a gRPC server"),
            ("grpc_pass 10.0.0.1:9000;", "cannot stand"),
            ("location / { grpc_set_header 'A B' c; }", "cannot be the name of a field"),
            ("location / { grpc_read_timeout soon; }", "is not a time"),
            ("location / { grpc_bind 10.0.0.2; }", "is not supported"),
        ])
    func faults(text: String, expected: String) {
        let messages = build(text).diagnostics.map(\.message)
        #expect(messages.contains { $0.contains(expected) }, "\(messages)")
    }
}
