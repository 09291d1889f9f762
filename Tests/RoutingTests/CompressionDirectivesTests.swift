import Bytes
import Testing

@testable import Routing

@Suite("Directives of compression")
struct CompressionDirectivesTests {
    private func compile(_ text: String) -> HostFileCompiler.Outcome {
        HostFileCompiler.compile(.bytes(Array(text.utf8)), path: "h", files: MemoryFiles())
    }

    @Test("are set as nginx reads them, and inherited one by one")
    func values() throws {
        let outcome = compile(
            """
            gzip on; gzip_types text/css Text/Plain text/html; gzip_min_length 1k; gzip_comp_level 6; gzip_vary on;
            gzip_proxied expired auth; gzip_http_version 1.0; gzip_disable "msie6"; gzip_buffers 16 8k;
            location /a { gzip off; gzip_types *; gzip_proxied off; }
            """)
        let level = try #require(outcome.file, "\(outcome.diagnostics)").level
        let outer = level.settings.applied(to: LocationSettings()).compression
        #expect(outer.isOn && outer.varies && outer.servesHTTP10)
        #expect(outer.types == ["text/css", "text/plain"])
        #expect((outer.minLength, outer.level) == (1024, 6))
        #expect(outer.proxied == [.expired, .authorized])
        let inner = level.locations[0].level.settings.applied(to: level.settings.applied(to: LocationSettings()))
        #expect(!inner.compression.isOn)
        #expect(inner.compression.types == nil)
        #expect(inner.compression.proxied.isEmpty)
        #expect(inner.compression.level == 6)
    }

    @Test(
        "are refused in words that help",
        arguments: [
            ("gzip_comp_level 10;", "h:1:17: error: 10 is not a level of compression; write 1 to 9"),
            (
                "gzip_proxied some;",
                "h:1:14: error: \"some\" is not a choice here; write off, expired, no-cache, no-store, private, no_last_modified, no_etag, auth or any"
            ),
            ("gzip_static on;", "h:1:1: error: gzip_static is not supported in a virtual host's file"),
        ])
    func faults(_ text: String, _ message: String) {
        #expect(compile(text).diagnostics.map(\.description) == [message])
    }
}
