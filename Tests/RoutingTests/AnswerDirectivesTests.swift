import Bytes
import Testing

@testable import Routing

@Suite("Directives about answers")
struct AnswerDirectivesTests {
    private func compile(_ text: String) -> HostFileCompiler.Outcome {
        HostFileCompiler.compile(.bytes(Array(text.utf8)), path: "h", files: MemoryFiles())
    }

    private func settings(_ text: String) throws -> AnswerSettings {
        let outcome = compile(text)
        return try #require(outcome.file, "\(outcome.diagnostics)").settings.applied(to: LocationSettings()).answers
    }

    @Test("are set as nginx reads them")
    func values() throws {
        #expect(try settings("proxy_redirect off;").redirects.isEmpty)
        #expect(try settings("proxy_redirect default; proxy_redirect a b;").redirects.count == 2)
        #expect(try settings("proxy_hide_header A; proxy_hide_header B;").hiddenFields == ["A", "B"])
        #expect(try settings("expires 1d;").expiry == .after(86_400))
        #expect(try settings("expires -1;").expiry == .after(-1))
        #expect(try settings("expires modified +0;".replacing("+", with: "")).expiry == .afterChange(0))
        #expect(try settings("expires @15h30m;").expiry == .daily(55_800))
        #expect(try settings("expires off;").expiry == nil)
        #expect(try settings("expires 1M;").expiry == .after(2_592_000))
        let pages = try settings(
            "error_page 500 502 /e; error_page 404 =200 http://a/; location @x { } error_page 403 = @x;")
        #expect(
            pages.errorPages == [
                ErrorPage(statuses: [500, 502], status: .ofError, target: .path(Template(literal: "/e"))),
                ErrorPage(statuses: [404], status: .fixed(200), target: .url(Template(literal: "http://a/"))),
                ErrorPage(statuses: [403], status: .ofAnswer, target: .named("x")),
            ])
    }

    @Test(
        "say what is wrong with them",
        arguments: [
            ("proxy_redirect on;", "h:1:16: error: \"on\" is not a choice here; write off, default or FROM TO"),
            (
                "proxy_redirect ~( /;",
                "h:1:16: error: \"(\" is not a regular expression: missing closing parenthesis (at byte 2); a regular expression with { or ; needs quotes"
            ),
            (
                "proxy_hide_header \"A B\";",
                "h:1:19: error: \"A B\" cannot be the name of a field; a name has letters, digits and -"
            ),
            (
                "proxy_ignore_headers X-A;",
                "h:1:22: error: \"X-A\" is not a choice here; write cache-control, expires, set-cookie, vary, x-accel-buffering, x-accel-charset, x-accel-expires, x-accel-limit-rate, x-accel-redirect"
            ),
            (
                "expires 1.5h;",
                "h:1:9: error: \"1.5h\" is not a time in seconds; write seconds, or numbers with y, M, w, d, h, m or s in this order"
            ),
            ("expires $x;", "h:1:9: error: variables in expires are not supported; write the time itself"),
            ("expires @24h;", "h:1:9: error: a time of the day ends at 24h; write @ and less than 24h"),
            ("error_page 404;", "h:1:1: error: error_page has 1 argument; write error_page CODE… [=[CODE]] TARGET;"),
            (
                "error_page 200 /x;",
                "h:1:12: error: \"200\" is not a status that a page can stand for; write 300 to 599"
            ),
            ("error_page 404 =204 /x;", "h:1:16: error: \"=204\" is not a status for a page; write = or =200 to =599"),
            (
                "error_page 404 x;",
                "h:1:16: error: \"x\" is neither a path nor a named location nor a URL; write /PATH, @NAME or http://…"
            ),
            (
                "error_page 404 @fallbac; location @fallback { }",
                "h:1:16: error: there is no location @fallbac; did you mean @fallback?"
            ),
        ])
    func faults(_ text: String, _ expected: String) {
        let outcome = compile(text)
        #expect(outcome.file == nil)
        #expect(outcome.diagnostics.first?.description == expected)
    }

    @Test("of an inner level take the place of those further out, list by list")
    func inheritance() throws {
        let outer = try #require(compile("proxy_hide_header A; error_page 404 /x; expires 1;").file).settings
        let inner = try #require(compile("proxy_hide_header B;").file).settings
        let result = inner.applied(to: outer.applied(to: LocationSettings())).answers
        #expect(result.hiddenFields == ["B"])
        #expect(result.errorPages.count == 1)
        #expect(result.expiry == .after(1))
    }
}
