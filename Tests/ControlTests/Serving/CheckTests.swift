import Net
import Testing

@testable import Control

@Suite("Checking everything", .timeLimit(.minutes(10)))
struct CheckTests {
    private let served: ServedFolder

    init() throws { served = try ServedFolder() }

    @Test("finds nothing where all is well")
    func good() throws {
        try served.folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;")
        let report = try Check.run(served.settings())
        #expect(report.text == "1 host, 0 errors, 0 warnings\n")
        #expect(!report.hasErrors)
    }

    @Test("names place and remedy of what is wrong")
    func bad() throws {
        try served.folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;\nclient_max_body_siz 1m;")
        let report = try Check.run(served.settings())
        #expect(report.text.hasPrefix("\(served.folder.path("vhost.d/a.example")):2:1: error: "))
        #expect(report.text.hasSuffix("1 host, 1 error, 0 warnings\n"))
        #expect(report.hasErrors)
    }

    @Test("says when the engine could not be asked")
    func noEngine() throws {
        let report = try Check.run(served.settings(docker: "unix://" + served.folder.path("none.sock")))
        #expect(report.text.contains("DOCKER_HOST: warning: the engine's containers are not known"))
        #expect(!report.hasErrors)
    }
}
