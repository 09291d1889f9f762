import Bytes
import Routing
import TLS
import Testing

@testable import Control

/// CONTRACT §1.4: HTTPS_METHOD, certificates and their lack, for hosts that are known and those that are not.
@Suite("What is answered with and without certificates", .timeLimit(.minutes(10)))
struct FallbackMatrixTests {
    private static let methods = ["redirect", "noredirect", "nohttp", "nohttps"]
    /// Whose certificate there is for the host `www.app.example`.
    private static let certificates = ["own", "parent", "default", "missing"]

    /// Method, certificate, ENABLE_HTTP_ON_MISSING_CERT, TRUST_DEFAULT_CERT (`*` for both); then the answers for the host
    /// over http and https, and for an unknown host over http and https.
    private static let table = """
        redirect   own     *   *    301 200    503 alert
        redirect   parent  *   *    301 200    503 alert
        redirect   default *   yes  301 200    503 503
        redirect   default yes no   200 alert  503 503
        redirect   default no  no   301 alert  503 503
        redirect   missing yes *    200 alert  503 alert
        redirect   missing no  *    301 alert  503 alert
        noredirect own     *   *    200 200    503 alert
        noredirect parent  *   *    200 200    503 alert
        noredirect default *   yes  200 200    503 503
        noredirect default *   no   200 alert  503 503
        noredirect missing *   *    200 alert  503 alert
        nohttp     own     *   *    503 200    503 alert
        nohttp     parent  *   *    503 200    503 alert
        nohttp     default *   yes  503 200    503 503
        nohttp     default yes no   200 alert  503 503
        nohttp     default no  no   503 alert  503 503
        nohttp     missing yes *    200 alert  503 alert
        nohttp     missing no  *    503 alert  503 alert
        nohttps    own     *   *    200 alert  503 alert
        nohttps    parent  *   *    200 alert  503 alert
        nohttps    default *   *    200 503    503 503
        nohttps    missing *   *    200 alert  503 alert
        """

    /// The table with every `*` written out: four settings, then four answers.
    private static let rows: [[String]] = table.split(separator: "\n").flatMap { line -> [[String]] in
        let cells = line.split(separator: " ").map(String.init)
        return (cells[2] == "*" ? ["yes", "no"] : [cells[2]]).flatMap { lenient in
            (cells[3] == "*" ? ["yes", "no"] : [cells[3]]).map { trusts in
                [cells[0], cells[1], lenient, trusts] + cells[4...]
            }
        }
    }

    private func container(_ method: String) -> Container {
        Container(
            id: "app", name: "app", environment: ["VIRTUAL_HOST": "www.app.example", "HTTPS_METHOD": method],
            networks: [NetworkAttachment("front", ipv4: IPAddress("127.0.0.1"))])
    }

    private func served(_ certificate: String) throws -> ServedFolder {
        let served = try ServedFolder()
        try served.folder.write("vhost.d/www.app.example", "return 200 served;")
        switch certificate {
        case "own": try served.makeCertificate("www.app.example", names: ["www.app.example"])
        case "parent": try served.makeCertificate("app.example", names: ["*.app.example"])
        case "default": try served.makeCertificate("default", names: ["default.example"])
        default: break
        }
        return served
    }

    @Test("is what nginx-proxy answers, in all 64 combinations and for 4 requests each")
    func matrix() throws {
        #expect(Set(Self.rows.map { $0[..<4] }).count == 64)
        #expect(Self.rows.count == 64)
        let door = try FrontDoor()
        var generation: UInt64 = 0
        for certificate in Self.certificates {
            let served = try served(certificate)
            for row in Self.rows where row[1] == certificate {
                let settings = try served.settings([
                    "ENABLE_HTTP_ON_MISSING_CERT": row[2] == "yes" ? "true" : "false",
                    "TRUST_DEFAULT_CERT": row[3] == "yes" ? "true" : "false",
                ])
                generation += 1
                let result = ServingBuilder(settings).build(containers: [container(row[0])])
                try door.serve(result.configuration, generation: generation)
                let addresses = [
                    "http://www.app.example/x?y", "https://www.app.example/", "http://unknown.example/",
                    "https://unknown.example/",
                ]
                let sights = try door.ask(addresses)
                let told = try addresses.map { address in
                    let explanation = try Explainer.explain(
                        Question(CheckedAddress(address)), by: result, settings: settings, containers: [], now: 0)
                    return explanation.status.map(String.init) ?? "alert"
                }
                #expect(told == Array(row[4...]), "told of \(row[..<4].joined(separator: " "))")
                #expect(sights.map(\.outcome) == Array(row[4...]), "\(row[..<4].joined(separator: " "))")
                if row[4] == "301" { #expect(sights[0].redirect == "https://www.app.example/x?y") }
            }
        }
    }

    @Test("follows what containers say rather than what holds for all")
    func containers() throws {
        let served = try served("default")
        let door = try FrontDoor()
        var app = container("redirect")
        app.environment["TRUST_DEFAULT_CERT"] = "false"
        app.environment["ENABLE_HTTP_ON_MISSING_CERT"] = "false"
        var other = container("redirect")
        other.id = "other"
        other.environment["VIRTUAL_HOST"] = "other.example"
        let builder = ServingBuilder(try served.settings())
        try door.serve(builder.build(containers: [app, other]).configuration, generation: 1)
        let sights = try door.ask([
            "http://www.app.example/", "https://www.app.example/", "http://other.example/", "https://other.example/",
        ])
        #expect(sights.map(\.outcome) == ["301", "alert", "301", "502"])
    }

    @Test(
        "redirects with the status that is asked for where a request is more than a look",
        arguments: [
            (nil, nil, "301"), ("307", nil, "307"), (nil, "308", "308"), ("307", "308", "308"), ("308", "301", "301"),
        ] as [(String?, String?, String)])
    func nonGetRedirect(global: String?, label: String?, status: String) throws {
        let served = try served("own")
        let door = try FrontDoor()
        var app = container("redirect")
        if let label { app.labels["com.github.nginx-proxy.nginx-proxy.non-get-redirect"] = label }
        let builder = ServingBuilder(try served.settings(global.map { ["NON_GET_REDIRECT": $0] } ?? [:]))
        try door.serve(builder.build(containers: [app]).configuration, generation: 1)
        for (method, expected) in [
            ("GET", "301"), ("HEAD", "301"), ("OPTIONS", status), ("POST", status), ("PUT", status), ("PATCH", status),
            ("DELETE", status), ("PURGE", "301"), ("CONNECT", "400"), ("TRACE", "405"),
        ] {
            let options = method == "HEAD" ? ["-I"] : ["-X", method]
            let sight = try door.ask(["http://www.app.example/a"], options: options)[0]
            #expect(sight.outcome == expected, "\(method)")
            if expected.hasPrefix("30") { #expect(sight.redirect == "https://www.app.example/a") }
        }
    }
}
