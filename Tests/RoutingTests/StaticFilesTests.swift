import Bytes
import HTTP
import Testing

@testable import Routing

@Suite("Directives about files")
struct StaticFilesTests {
    private func compile(_ text: String) -> HostFileCompiler.Outcome {
        HostFileCompiler.compile(.bytes(Array(text.utf8)), path: "h", files: MemoryFiles([:]))
    }

    private func level(_ text: String) throws -> DirectiveLevel {
        let outcome = compile(text)
        return try #require(outcome.file, "\(outcome.diagnostics)").level
    }

    private func files(_ text: String) throws -> StaticFiles {
        let server = try level(text)
        let outer = server.settings.applied(to: LocationSettings())
        return server.locations.first?.level.settings.applied(to: outer).files ?? outer.files
    }

    @Test("are nginx's where nothing is set")
    func defaults() throws {
        let files = try files("")
        #expect(files == StaticFiles())
        #expect(files.base == nil)
        #expect(files.index == [Template(literal: "index.html")])
        #expect(files.timeComparison == .exact)
    }

    @Test("set folders and names, which locations inherit")
    func inherited() throws {
        let files = try files(
            """
            root /srv/$host; index a.html; index b.html $uri.html; etag off; if_modified_since before;
            default_type text/plain; types { text/x-a A aa; include mime.types; text/x-css css; }
            location / { }
            """)
        #expect(files.base == .root(Template(pieces: [.literal("/srv/"), .variable(.host)])))
        #expect(files.index.count == 3)
        #expect(!files.sendsETag)
        #expect(files.timeComparison == .before)
        #expect(files.defaultType == "text/plain")
        let type = { (path: String) in Array(path.utf8).withUnsafeBytes { files.types.type(of: $0)?.text } }
        #expect(type("/x.a") == "text/x-a")
        #expect(type("/x.CSS") == "text/x-css")
        #expect(type("/x.html") == "text/html")
        #expect(type("/x.tar.gz") == nil)
        #expect(type("/a.html/plain") == nil)
        #expect(type("/x.") == nil)
    }

    @Test(
        "know what an alias takes the place of",
        arguments: [
            ("/img/", StaticFiles.Replaced.prefix(5)), ("= /one", .prefix(4)), ("^~ /a", .prefix(2)),
            ("~ ^/x", .everything),
        ])
    func alias(match: String, expected: StaticFiles.Replaced) throws {
        let base = try files("location \(match) { alias /data/; }").base
        #expect(base == .alias(Template(literal: "/data/"), of: expected))
    }

    @Test("try files in turn, in their own location alone")
    func attempts() throws {
        let attempts = try #require(try files("location / { root /srv; try_files $uri $uri/ /x.html =404; }").attempts)
        #expect(attempts.candidates.map(\.isFolder) == [false, true, false])
        #expect(attempts.candidates[1].path == Template(pieces: [.variable(.uri)]))
        #expect(attempts.fallback == .status(404))
        #expect(try files("location / { try_files $uri @app; }").attempts?.fallback == .named("app"))
        #expect(
            try files("location / { try_files $uri /index.php?$args; }").attempts?.fallback
                == .path(Template(pieces: [.literal("/index.php?"), .variable(.args)])))
        let nested = try level("location / { try_files $uri =404; location /a { } }").locations[0].level
        let outer = nested.settings.applied(to: LocationSettings())
        #expect(nested.locations[0].level.settings.applied(to: outer).files.attempts == nil)
        #expect(compile("try_files $uri =404;").diagnostics.map(\.severity) == [.warning])
    }

    @Test("make a host of a file without containers")
    func standsAlone() {
        #expect(compile("root /srv;").file?.standsAlone == true)
        #expect(compile("index a.html;").file?.standsAlone == false)
    }

    @Test(
        "are refused where they cannot be meant",
        arguments: [
            "root;", "root '';", "alias /a;", "location @x { alias /a; }", "location / { root /a; alias /b; }",
            "location / { try_files $uri; }", "location / { try_files $uri =99; }",
            "location / { try_files $uri =abc; }",
            "location / { try_files $nothing =404; }", "etag maybe;", "if_modified_since never;",
            "types { text/html; }",
            "types text;", "index '';", "default_type \"a\\tb\";", "root /a; root /b;",
        ])
    func refused(text: String) { #expect(compile(text).file == nil) }
}
