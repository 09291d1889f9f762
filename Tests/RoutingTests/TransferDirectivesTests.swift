import Bytes
import Testing

@testable import Routing

@Suite("Directives of rates and of other backends")
struct TransferDirectivesTests {
    private func compile(_ text: String) -> HostFileCompiler.Outcome {
        HostFileCompiler.compile(.bytes(Array(text.utf8)), path: "h", files: MemoryFiles())
    }

    @Test("are set as nginx reads them, and inherited")
    func values() throws {
        let outcome = compile(
            """
            limit_rate 500k; limit_rate_after 1m; proxy_limit_rate 7; proxy_ignore_headers X-Accel-Limit-Rate;
            proxy_next_upstream error http_503 non_idempotent; proxy_next_upstream_tries 2;
            proxy_next_upstream_timeout 5s; keepalive_requests 9;
            location / { limit_rate 0; proxy_next_upstream off; }
            """)
        let level = try #require(outcome.file, "\(outcome.diagnostics)").level
        let outer = level.settings.applied(to: LocationSettings())
        #expect((outer.rates.client, outer.rates.after, outer.rates.backend) == (512_000, 1 << 20, 7))
        #expect(!outer.rates.heedsBackend)
        #expect(outer.nextUpstream.conditions == [.error, .status503, .nonIdempotent])
        #expect((outer.nextUpstream.tries, outer.nextUpstream.timeout) == (2, .seconds(5)))
        #expect(outer.keepaliveRequests == 9)
        let inner = level.locations[0].level.settings.applied(to: outer)
        #expect((inner.rates.client, inner.rates.after) == (0, 1 << 20))
        #expect(inner.nextUpstream.conditions.isEmpty)
        #expect(inner.nextUpstream.tries == 2)
        #expect(LocationSettings().nextUpstream.conditions == [.error, .timeout])
    }

    @Test(
        "are refused in words that help",
        arguments: [
            (
                "limit_rate $x;",
                "h:1:12: error: variables in limit_rate are not supported; write the bytes of a second, such as 500k"
            ),
            (
                "proxy_next_upstream http_501;",
                "h:1:21: error: \"http_501\" is not a choice here; write off, or some of error, http_403, http_404, http_429, http_500, http_502, http_503, http_504, invalid_header, non_idempotent, timeout"
            ),
        ])
    func faults(_ text: String, _ message: String) {
        #expect(compile(text).diagnostics.map(\.description) == [message])
    }
}
