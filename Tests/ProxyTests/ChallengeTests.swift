import Bytes
import Foundation
import Routing
import Testing

@testable import Proxy

@Suite("Challenges of certificate authorities", .timeLimit(.minutes(10)))
struct ChallengeTests {
    private let files: ServedFiles

    init() throws {
        files = try ServedFiles()
        try files.write(".well-known/acme-challenge/token", "answer")
        try files.write("index.html", "not this")
    }

    private func proxy(_ hosts: [VirtualHost], acceptsUnknown: Bool = false) throws -> TestProxy {
        let folder = ByteString(files.path)
        return try TestProxy(hosts) {
            $0.pageFolder = folder
            $0.answersChallengesForUnknown = acceptsUnknown
        }
    }

    private func host(
        _ mode: ChallengeMode, _ method: HTTPSMethod, _ configure: (inout LocationSettings) -> Void = { _ in }
    ) -> VirtualHost {
        var host = VirtualHost.forwarding("registry.test", to: [], configure)
        host.challenges = mode
        host.httpsMethod = method
        return host
    }

    private func get(_ path: String, method: String = "GET") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: registry.test\r\n\r\n"
    }

    private static let token = "/.well-known/acme-challenge/token"

    @Test(
        "are answered as ACME_HTTP_CHALLENGE_LOCATION says",
        arguments: [
            (ChallengeMode.always, HTTPSMethod.redirect, 200, 502), (.always, .noredirect, 200, 200),
            (.always, .nohttps, 200, 503), (.always, .nohttp, 503, 502), (.never, .redirect, 301, 502),
            (.never, .noredirect, 502, 502), (.legacy, .redirect, 200, 502), (.legacy, .noredirect, 502, 502),
            (.legacy, .nohttps, 502, 503),
        ])
    func modes(mode: ChallengeMode, method: HTTPSMethod, http: Int, https: Int) throws {
        let proxy = try proxy([host(mode, method)])
        #expect(try proxy.answer(to: get(Self.token)).status == http)
        #expect(try proxy.answer(to: get(Self.token), isSecure: true).status == https)
    }

    @Test("are answered before passwords, addresses and a host that is shut")
    func ungated() throws {
        var host = host(.always, .redirect) {
            $0.accessRules = [AccessRule(allows: false, clients: .all)]
            $0.authentication = Authentication(realm: Template(literal: "r"), file: "/none")
        }
        host.shut = VirtualHost.Shut(diagnostic: Diagnostic(.error, at: .wholeFile("x"), "broken"))
        let proxy = try proxy([host])
        let answer = try proxy.answer(to: get(Self.token))
        #expect(answer.text == "answer")
        #expect(try proxy.answer(to: get(Self.token, method: "HEAD"), method: "HEAD").status == 200)
        #expect(try proxy.answer(to: get(Self.token, method: "POST")).status == 405)
    }

    @Test(
        "are answered with 404 for what is not there, and lead nowhere else",
        arguments: [
            "none", "", "token/", "../acme-challenge", "..%2f..%2findex.html", "%2e%2e/%2e%2e/index.html", "token%00",
            "../../index.html", "sub/../../../index.html",
        ])
    func absent(name: String) throws {
        let answer = try proxy([host(.always, .redirect)]).answer(to: get("/.well-known/acme-challenge/" + name))
        #expect([301, 400, 404].contains(answer.status))
        #expect(answer.text != "not this")
    }

    @Test("of unknown hosts are answered only where that is wanted", arguments: [false, true])
    func unknown(isWanted: Bool) throws {
        let proxy = try proxy([], acceptsUnknown: isWanted)
        #expect(try proxy.answer(to: get(Self.token)).status == (isWanted ? 200 : 503))
        #expect(try proxy.answer(to: get("/")).status == 503)
    }
}
