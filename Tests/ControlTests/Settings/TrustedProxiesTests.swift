import Bytes
import Proxy
import Testing

@testable import Control

@Suite("Trusted proxies")
struct TrustedProxiesTests {
    @Test(
        "believes nobody's X-Forwarded fields unless told to, and then everybody's or those of some networks",
        arguments: [
            (nil, TrustedProxies.none), ("false", .none), ("true", .all),
            (
                "10.0.0.0/8, 192.168.1.1",
                .networks([IPNetwork("10.0.0.0/8"), IPNetwork("192.168.1.1")].compactMap { $0 })
            ),
        ] as [(String?, TrustedProxies)])
    func trustedProxies(text: String?, trusted: TrustedProxies) throws {
        let variables = text.map { ["TRUST_DOWNSTREAM_PROXY": $0] } ?? [:]
        let settings = try Settings(options: ServeOptions(), environment: Environment(variables))
        #expect(settings.trustedProxies == trusted)
    }

    @Test("refuses trusted proxies that are no networks", arguments: ["maybe", "10.0.0.0/33", "a.example", ","])
    func malformedTrustedProxies(text: String) {
        #expect(throws: SettingsError.trustedProxies(text)) {
            try Settings(options: ServeOptions(), environment: Environment(["TRUST_DOWNSTREAM_PROXY": text]))
        }
    }
}
