internal import Bytes
internal import Routing

/// Finding hosts and locations.
enum RoutingBenchmarks {
    static let all = [
        Microbenchmark(name: "host", run: findHosts),
        Microbenchmark(name: "location", run: findLocations),
    ]

    /// One of 1,000 hosts, each in its turn.
    private static func findHosts(_ count: Int) throws {
        let names = (0..<1000).map { ByteString("service-\($0).example.com") }
        let table = HostTable(names.map { [.exact($0)] })
        let matcher = PatternMatcher()
        for number in 0..<count {
            let index = number % names.count
            guard names[index].withBytes({ table.find($0, with: matcher) }) == index else {
                throw UnexpectedOutcome(benchmark: "host")
            }
        }
    }

    /// One of 20 prefixes.
    private static func findLocations(_ count: Int) throws {
        let prefixes = try (0..<20).map { try LocationMatch("/api/v\($0)/") } + [try LocationMatch("/")]
        let locations = LocationMatcher(prefixes)
        let matcher = PatternMatcher()
        let path: StaticString = "/api/v7/users/1234/settings"
        let bytes = UnsafeRawBufferPointer(start: path.utf8Start, count: path.utf8CodeUnitCount)
        for _ in 0..<count {
            guard locations.find(bytes, with: matcher) == .location(7) else {
                throw UnexpectedOutcome(benchmark: "location")
            }
        }
    }
}
