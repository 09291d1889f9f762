import Bytes
import Testing

@testable import Routing

@Suite("Directives of FastCGI")
struct FastCGIDirectivesTests {
    private func build(_ text: String, _ containers: [Container] = []) -> RoutingSnapshot {
        SnapshotBuilder.build(
            SnapshotInputs(containers: containers, files: MemoryFiles(["vhost.d/a.org": text])))
    }

    @Test("send the requests of a location to an application, whose parameters they name")
    func location() throws {
        let snapshot = build(
            """
            location / {
                include fastcgi_params;
                fastcgi_pass 10.0.0.1:9000;
                fastcgi_index app.php;
                fastcgi_param SCRIPT_FILENAME /srv$fastcgi_script_name;
                fastcgi_param APP_ENV dev;
                fastcgi_param APP_ENV prod if_not_empty;
                fastcgi_read_timeout 5m;
                proxy_read_timeout 7s;
            }
            """)
        #expect(snapshot.diagnostics.isEmpty, "\(snapshot.diagnostics)")
        let location = try #require(snapshot.hosts.first?.locations.first { $0.match == .prefix("/") })
        #expect(location.upstream?.protocol == .fastCGI)
        #expect(location.upstream?.backends.map(\.endpoint.description) == ["10.0.0.1:9000"])
        let settings = try #require(location.fastCGI)
        #expect(settings.index == "app.php")
        #expect(
            settings.parameters == [
                .init(
                    name: "SCRIPT_FILENAME", value: Template(pieces: [.literal("/srv"), .variable(.scriptName)])),
                .init(name: "APP_ENV", value: Template(literal: "prod"), isOptional: true),
            ])
        #expect(location.settings.readTimeout == .seconds(300))
        #expect(location.settings.sendTimeout == .seconds(60))
    }

    @Test("take the folder that root names")
    func root() throws {
        let snapshot = build("root /srv/app/; location ~ [.]php$ { fastcgi_pass 10.0.0.1:9000; }")
        let location = try #require(snapshot.hosts.first?.locations.first { $0.fastCGI != nil })
        #expect(location.fastCGI?.root == "/srv/app")
    }

    @Test("name groups, and stand beside locations that speak HTTP")
    func groups() throws {
        let snapshot = build(
            """
            upstream php { server 10.0.0.1:9000; server 10.0.0.2:9000; }
            location / { proxy_pass http://php; }
            location ~ [.]php$ { fastcgi_pass php; }
            """)
        let locations = try #require(snapshot.hosts.first?.locations)
        let upstreams = locations.compactMap(\.upstream)
        #expect(Set(upstreams.map(\.protocol)) == [.http1, .fastCGI])
        #expect(Set(upstreams.map(\.key)).count == 2)
        #expect(upstreams.allSatisfy { $0.backends.count == 2 })
    }

    @Test(
        "are refused where they cannot be followed",
        arguments: [
            ("location / { fastcgi_pass unix:/run/php.sock; }", "is not an address of a FastCGI application"),
            ("location / { fastcgi_pass a:b:c; }", "is not an address of a FastCGI application"),
            ("fastcgi_pass 10.0.0.1:9000;", "cannot stand"),
            ("location / { fastcgi_param A b c; }", "is not a choice"),
            ("location / { fastcgi_param 'A B' c; }", "cannot be the name of a parameter"),
            ("location / { fastcgi_cache x; }", "is not supported"),
            ("location / { fastcgi_split_path_info x; }", "is not supported"),
        ])
    func faults(text: String, expected: String) {
        let messages = build(text).diagnostics.map(\.message)
        #expect(messages.contains { $0.contains(expected) }, "\(messages)")
    }
}
