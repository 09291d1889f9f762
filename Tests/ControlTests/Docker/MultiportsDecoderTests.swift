import Routing
import Testing

@testable import Control

@Suite("VIRTUAL_HOST_MULTIPORTS")
struct MultiportsDecoderTests {
    private func routes(_ text: String) -> [Multiport] {
        guard case .routes(let routes) = MultiportsDecoder.decode(text) else { return [] }
        return routes
    }

    private static let yaml = """
        www.example.org:
        service.example.org:
          external_http_port: 8080
          external_https_port: "8443"
          "/":
            port: 8000
          /api/:
            port: 9000
            proto: https
            dest: /
          /none:
        '~^(a|b)\\.org$': {}
        """
    private static let json = """
        {"www.example.org": null, "service.example.org": {"external_http_port": 8080, "external_https_port": "8443",
        "/": {"port": 8000}, "/api/": {"port": "9000", "proto": "https", "dest": "/"}, "/none": {"dest": "", "port": null}},
        "~^(a|b)\\\\.org$": {}}
        """

    @Test("reads YAML and JSON alike", arguments: [yaml, json])
    func forms(_ text: String) {
        var paths = ["/", "/api/", "/none"].map { Multiport(host: "service.example.org", path: $0) }
        for index in paths.indices {
            paths[index].externalHTTPPort = "8080"
            paths[index].externalHTTPSPort = "8443"
        }
        paths[0].port = "8000"
        paths[1].port = "9000"
        paths[1].proto = "https"
        paths[1].destination = "/"
        #expect(routes(text) == paths + [Multiport(host: "www.example.org"), Multiport(host: "~^(a|b)\\.org$")])
    }

    @Test("gives a host without paths the path /, and passes over names that it does not know")
    func defaults() {
        var ported = Multiport(host: "a.org")
        ported.externalHTTPPort = "81"
        #expect(
            routes("{a.org: {external_http_port: 81, nonsense: [1]}, b.org: ~}") == [ported, Multiport(host: "b.org")])
        #expect(routes("a.org: {/x: {prot: https}}") == [Multiport(host: "a.org", path: "/x")])
    }

    @Test("reads a merged anchor", arguments: ["a.org: &x {/: {port: 1}}\nb.org: *x"])
    func anchors(_ text: String) { #expect(routes(text).map(\.port) == ["1", "1"]) }

    @Test(
        "says why it cannot be understood",
        arguments: [
            "", "  ", "~", "a.org", "[a.org]", "a.org: [x]", "a.org: text", "a.org: {/: 80}",
            "a.org: {/: {port: [80]}}",
            "{a.org: {", "\ta: b", "a.org: {}\na.org: {}", "{[1]: {}}", "a: *b", String(repeating: "[", count: 5000),
            String(repeating: "- ", count: 5000), String(repeating: "a", count: 70_000), "a.org: {/: {}}\u{0}",
            "%YAML 9.9\n---\na: b",
        ])
    func unreadable(_ text: String) {
        guard case .unreadable(let reason) = MultiportsDecoder.decode(text) else {
            Issue.record("\(text) is read")
            return
        }
        #expect(!reason.isEmpty)
        #expect(!reason.utf8.contains(0x0a))
    }

    @Test("bounds what anchors can make of a little text")
    func laughs() {
        let paths = (0..<100).map { "/\($0): {}" }.joined(separator: ", ")
        let hosts = (0..<100).map { "h\($0): *p" }.joined(separator: "\n")
        #expect(MultiportsDecoder.decode("h: &p {\(paths)}\n\(hosts)") == .unreadable("it names more than 1000 paths"))
    }
}
