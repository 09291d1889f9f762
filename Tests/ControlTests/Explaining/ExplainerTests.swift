import Bytes
import Foundation
import Routing
import Testing

@testable import Control

@Suite("The explanation of a request", .timeLimit(.minutes(10)))
struct ExplainerTests {
    private let served: ServedFolder

    init() throws {
        served = try ServedFolder()
        try served.makeCertificate("app.example", names: ["app.example"])
        try served.folder.write("passwords/app.example", "alice:{PLAIN}secret\nbroken:$9$nothing\n")
        try served.folder.write(
            "vhost.d/app.example",
            """
            client_max_body_size 100m;
            add_header X-Front yes always;
            location /v2/ {
                auth_basic "Registry";
                auth_basic_user_file passwords/app.example;
                allow 192.0.2.0/24;
                deny all;
                proxy_read_timeout 900s;
                proxy_pass http://127.0.0.1:5000;
            }
            location ~ ^/old/(.*)$ { rewrite ^/old/(.*)$ /new/$1 last; }
            location /new/ { return 204; }
            location /sso/ { auth_request /ask; proxy_pass http://127.0.0.1:5001; }
            location = /ask { internal; proxy_pass http://127.0.0.1:5002; }
            location = /teapot { return 418; }
            location /quiet { return 444; }
            """)
    }

    private static let containers = [
        container("web"), container("ill", address: "172.18.0.8", health: .unhealthy),
        container("far", network: "elsewhere"),
    ]

    private static func container(
        _ name: String, address: String = "172.18.0.7", health: Container.Health = .healthy, network: String = "front"
    ) -> Container {
        Container(
            id: name, name: name, environment: ["VIRTUAL_HOST": "app.example"],
            networks: network == "front" ? [NetworkAttachment("front", ipv4: IPAddress(address))] : [],
            health: health)
    }

    private func explain(_ url: String, _ change: (inout Question) -> Void = { _ in }) throws -> Explanation {
        let settings = try served.settings()
        var question = Question(try CheckedAddress(url))
        change(&question)
        let builder = ServingBuilder(settings)
        return try Explainer.explain(
            question, by: builder.build(containers: Self.containers), settings: settings, containers: Self.containers,
            now: FileStamp.now / 1_000_000_000)
    }

    /// The lines of a step, each with its place.
    private func lines(_ explanation: Explanation, _ step: String) -> [String] {
        explanation.steps.filter { $0.name == step }.flatMap(\.lines).map { line in
            let name = line.file.map { $0.split(separator: "/").suffix(2).joined(separator: "/") }
            return line.text + (name.map { " @\($0)" } ?? "") + (line.line.map { ":\($0)" } ?? "")
        }
    }

    @Test("follows it from the listener to the backends, with the place of each setting")
    func whole() throws {
        let explanation = try explain("https://app.example/v2/x") {
            $0.user = "alice"
            $0.client = IPAddress("192.0.2.9") ?? $0.client
            $0.method = "PUT"
            $0.bodySize = 5
        }
        let file = "vhost.d/app.example"
        #expect(explanation.verdict == .served, "\(explanation.text)")
        #expect(explanation.summary == "it is passed on to 127.0.0.1:5000 (\(served.folder.path(file)):9)")
        #expect(explanation.host == "app.example")
        #expect(explanation.certificate == "app.example")
        #expect(explanation.location == "/v2/")
        #expect(lines(explanation, "listener").first == "https on 0.0.0.0:443")
        #expect(
            lines(explanation, "certificate").first
                == "app.example.crt: it is named like the host app.example (step 2 of 5) @certs/app.example.crt")
        #expect(lines(explanation, "host") == ["app.example, by the exact name app.example"])
        #expect(lines(explanation, "scheme") == ["served over https (HTTPS_METHOD redirect)"])
        #expect(lines(explanation, "location").first?.hasSuffix("@\(file):3") == true)
        #expect(lines(explanation, "location").contains { $0.hasPrefix("also fits, and is beaten: /") })
        #expect(lines(explanation, "body") == ["at most 104857600 bytes: passes @\(file):1"])
        #expect(lines(explanation, "access").first == "192.0.2.9 may come in, by allow 192.0.2.0/24 @\(file):6")
        #expect(lines(explanation, "password").first?.hasSuffix("@\(file):5") == true)
        #expect(
            lines(explanation, "password").last
                == "alice is one of them; the password is taken for right @passwords/app.example:1")
        #expect(lines(explanation, "timeouts").contains("proxy_read_timeout 900.0 seconds @\(file):8"))
        #expect(lines(explanation, "request").first == "PUT /v2/x HTTP/1.1")
        #expect(lines(explanation, "request").contains("Host: app.example"))
        #expect(!explanation.text.contains("Basic "))
        #expect(lines(explanation, "answer").contains("X-Front: yes @\(file):2"))
        #expect(explanation.backends.map(\.address) == ["127.0.0.1:5000"])
        #expect(explanation.leftOut.map(\.container).sorted() == ["far", "ill"])
        #expect(explanation.exitCode == 0)
    }

    @Test("says who serves, in what health, and why each other container is left out")
    func containers() throws {
        let explanation = try explain("https://app.example/")
        #expect(lines(explanation, "backends") == ["172.18.0.7:80, from web, healthy"], "\(explanation.text)")
        #expect(
            Set(lines(explanation, "left out")) == [
                "ill gets nothing: its health check fails", "far gets nothing: it is attached to no network",
            ])
    }

    @Test("takes the answer of another service for a yes, and says so")
    func authorization() throws {
        let explanation = try explain("https://app.example/sso/x")
        #expect(explanation.backends.map(\.address) == ["127.0.0.1:5001"], "\(explanation.text)")
        #expect(
            lines(explanation, "limits").first?.hasPrefix("auth_request /ask: its answer is taken for a yes @") == true)
    }

    /// URL; user, client, body; the status of Portico's own answer (0 for none), and a part of the account.
    private static let rows: [(String, String?, String, Int?, Int, String)] = [
        ("https://app.example/v2/", nil, "192.0.2.9", nil, 401, "add --as USER"),
        ("https://app.example/v2/", "bob", "192.0.2.9", nil, 401, "bob is none of them"),
        ("https://app.example/v2/", "broken", "192.0.2.9", nil, 500, "the hash of broken cannot be read"),
        ("https://app.example/v2/", "alice", "198.51.100.1", nil, 403, "198.51.100.1 is kept out, by deny all"),
        ("https://app.example/v2/", "alice", "192.0.2.9", 200 << 20, 413, "at most 104857600 bytes: 413"),
        ("https://app.example/old/a?b", nil, "192.0.2.9", nil, 204, "it is served as /new/a?b"),
        ("https://app.example/teapot", nil, "192.0.2.9", nil, 418, "the exact path"),
        ("https://app.example/quiet", nil, "192.0.2.9", nil, 444, "closed without an answer"),
        ("https://app.example/%zz", nil, "192.0.2.9", nil, 400, "malformed"),
        ("http://app.example/v2/?a=b", nil, "192.0.2.9", nil, 301, "sends the client to https://app.example/v2/?a=b"),
        ("http://ap.example/", nil, "192.0.2.9", nil, 503, "did you mean app.example?"),
        ("https://other.example/", nil, "192.0.2.9", nil, 0, "unrecognized_name"),
        ("https://app.example:8443/new/", nil, "192.0.2.9", nil, 204, "port 8443 is none of Portico's"),
    ]

    @Test("agrees with what a worker does, and says where it ends", arguments: rows.indices)
    func ends(_ index: Int) throws {
        let (url, user, client, body, status, part) = Self.rows[index]
        let explanation = try explain(url) {
            $0.user = user
            $0.client = IPAddress(client) ?? $0.client
            $0.bodySize = body
        }
        #expect(explanation.status ?? 0 == status, "\(explanation.text)")
        #expect(explanation.text.contains(part), "\(explanation.text)")
        #expect(explanation.exitCode == ((200..<400).contains(status) ? 0 : 1))
    }

    @Test("can be sent as JSON and read again")
    func json() throws {
        let explanation = try explain("https://app.example/v2/")
        let data = try JSONEncoder().encode(explanation)
        #expect(try JSONDecoder().decode(Explanation.self, from: data) == explanation)
    }
}
