import Bytes
import Net
import Routing
import Testing

@testable import Proxy

/// A source that knows one value for every variable.
private struct OneValue: VariableSource {
    let value: ByteString

    func append(_ variable: Variable, to buffer: inout ByteBuffer) { value.withBytes { buffer.append($0) } }
}

@Suite("Limits of a location")
struct LocationLimitsTests {
    private let key = Template(pieces: [.variable(.remoteAddress)])

    private func zone(_ name: ByteString = "z", rate: Int = 1000, size: Int = 1 << 20) -> LimitZone {
        LimitZone(kind: .requests(rate: rate), name: name, file: "f", key: key, size: size)
    }

    private func limits(
        _ requests: [LimitSettings.RequestLimit], _ zones: LimitZones = LimitZones()
    ) throws
        -> LocationLimits
    {
        var settings = LimitSettings()
        settings.requests = requests
        return try #require(LocationLimits(settings, zones: zones))
    }

    private func text(_ verdict: LocationLimits.Verdict) -> String {
        switch verdict {
        case .pass: "pass"
        case .respond(let status): "\(status)"
        case .delay(let milliseconds): "\(milliseconds) ms"
        }
    }

    private func admit(_ limits: LocationLimits, _ who: ByteString, at milliseconds: UInt64) -> String {
        text(limits.admit(OneValue(value: who), at: Instant(nanoseconds: milliseconds * 1_000_000)))
    }

    /// The arithmetic of nginx's ngx_http_limit_req_module, in thousandths of requests and milliseconds.
    @Test(
        "refuse what comes faster than the rate and the burst allow",
        arguments: [
            (1000, 0, 0, [0, 0, 999, 1000, 1999], ["pass", "503", "503", "pass", "503"]),
            (1000, 0, 0, [0, 1000, 2000], ["pass", "pass", "pass"]),
            (1000, 2, nil, [0, 0, 0, 0, 1000], ["pass", "pass", "pass", "503", "pass"]),
            (1000, 2, 0, [0, 0, 0, 0], ["pass", "1000 ms", "2000 ms", "503"]),
            (1000, 3, 2, [0, 0, 0, 0, 0], ["pass", "pass", "pass", "1000 ms", "503"]),
            (1000, 1, 0, [0, 500, 500, 1500], ["pass", "500 ms", "503", "500 ms"]),
            (500, 1, 0, [0, 0, 0, 4000], ["pass", "2000 ms", "503", "pass"]),
            (1000, 1, 0, [5000, 4000, 4000], ["pass", "1000 ms", "503"]),
        ] as [(Int, Int, Int?, [UInt64], [String])])
    func buckets(_ rate: Int, _ burst: Int, _ undelayed: Int?, _ times: [UInt64], _ expected: [String]) throws {
        let limits = try limits([.init(zone: zone(rate: rate), burst: burst, undelayed: undelayed)])
        #expect(times.map { admit(limits, "a", at: $0) } == expected)
    }

    @Test("count each key by itself, and one that is empty not at all")
    func keys() throws {
        let limits = try limits([.init(zone: zone())])
        #expect(["a", "b", "", "", "a"].map { admit(limits, $0, at: 0) } == ["pass", "pass", "pass", "pass", "503"])
    }

    @Test("count a request nowhere that one of several zones refuses, and have it wait for the slowest")
    func severalZones() throws {
        let zones = LimitZones()
        let both = try limits(
            [.init(zone: zone("fast"), burst: 9), .init(zone: zone("slow", rate: 500), burst: 1)], zones)
        let fast = try limits([.init(zone: zone("fast"), burst: 9)], zones)
        #expect((1...3).map { _ in admit(both, "a", at: 0) } == ["pass", "2000 ms", "503"])
        #expect(admit(fast, "a", at: 0) == "2000 ms")
    }

    @Test("count together with every worker, and go on counting under a new configuration")
    func shared() throws {
        let zones = LimitZones()
        var first: LocationLimits? = try limits([.init(zone: zone())], zones)
        let second = try limits([.init(zone: zone(), burst: 1, undelayed: nil)], zones)
        #expect(first.map { admit($0, "a", at: 0) } == "pass")
        first = nil
        #expect(admit(second, "a", at: 0) == "pass")
        #expect(admit(second, "a", at: 0) == "503")
        #expect(zones.requests(zone("other"), rate: 1000).count == 0)
    }

    @Test("forget the keys of longest ago when a zone is full")
    func bounded() throws {
        let zones = LimitZones()
        let small = zone(size: 16 * 128 * 4)
        let limits = try limits([.init(zone: small)], zones)
        for number in 0..<10_000 { #expect(admit(limits, ByteString("k\(number)"), at: 0) == "pass") }
        #expect(zones.requests(small, rate: 1000).count == 64)
        #expect(admit(limits, "k9999", at: 0) == "503")
    }

    @Test("count requests that are under way until they are over, as far as the table reaches")
    func connections() throws {
        let zone = LimitZone(kind: .connections, name: "c", file: "f", key: key, size: 128)
        var settings = LimitSettings()
        settings.connections = [.init(zone: zone, most: 2)]
        settings.connectionStatus = 429
        let limits = try #require(LocationLimits(settings, zones: LimitZones()))
        #expect(limits.refusal == 429)
        var stays = [limits.enter(OneValue(value: "a")), limits.enter(OneValue(value: "a"))]
        #expect(stays.allSatisfy { $0 != nil })
        #expect(limits.enter(OneValue(value: "a")) == nil)
        let other = limits.enter(OneValue(value: "b"))
        #expect(other != nil)
        #expect(limits.enter(OneValue(value: "c")) == nil)
        #expect(limits.enter(OneValue(value: "")) != nil)
        stays.removeLast()
        #expect(limits.enter(OneValue(value: "a")) != nil)
        stays = []
        #expect(limits.enter(OneValue(value: "c")) != nil)
    }
}
