import Bytes
import Testing

@testable import Routing

@Suite("auth_request and auth_request_set")
struct AuthorizationDirectivesTests {
    private func compile(_ text: String) -> HostFileCompiler.Outcome {
        HostFileCompiler.compile(.bytes(Array(text.utf8)), path: "h", files: MemoryFiles())
    }

    @Test("are inherited each by itself, the variables as a whole")
    func inheritance() throws {
        let outcome = compile(
            """
            auth_request /auth;
            auth_request_set $Who $upstream_http_x_who; auth_request_set $code $upstream_status;
            location /a { auth_request_set $mail $upstream_http_x_mail; proxy_set_header A $who; }
            location /b { auth_request off; }
            location /c { auth_request /other; proxy_pass_request_body off; proxy_pass_request_headers off; }
            """)
        let level = try #require(outcome.file, "\(outcome.diagnostics)").level
        let outer = level.settings.applied(to: LocationSettings())
        #expect(outer.authorization.path == "/auth")
        #expect(outer.authorization.assignments.map(\.name) == ["who", "code"])
        let inner = level.locations.map { $0.level.settings.applied(to: outer) }
        #expect(inner.map(\.authorization.path) == ["/auth", nil, "/other"])
        #expect(
            inner.map { $0.authorization.assignments.map(\.name) } == [["mail"], ["who", "code"], ["who", "code"]])
        #expect(inner.map(\.passesRequestBody) == [true, true, false])
        #expect(inner.map(\.passesRequestFields) == [true, true, false])
    }

    @Test(
        "are refused in words that help",
        arguments: [
            (
                "auth_request auth;",
                "h:1:14: error: \"auth\" is no path that begins with /; write the path of a location of this host, such as /auth, or off"
            ),
            (
                "auth_request /a?$uri;",
                "h:1:14: error: the path of auth_request has neither variables nor a query, as in nginx; pass on what the location needs with proxy_set_header there"
            ),
            (
                "auth_request_set who $status;",
                "h:1:18: error: \"who\" is not a variable; write auth_request_set $NAME VALUE;"
            ),
            (
                "auth_request_set $uri $status;",
                "h:1:18: error: $uri is Portico's own variable, which cannot be set; give your variable another name"
            ),
        ])
    func faults(_ text: String, _ message: String) {
        let outcome = compile(text)
        #expect(outcome.file == nil)
        #expect(outcome.diagnostics.map(\.description) == [message])
        #expect(outcome.mayHoldAccessRules)
    }
}
