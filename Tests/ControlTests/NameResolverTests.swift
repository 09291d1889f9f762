import Bytes
import Net
import Testing

@testable import Control

@Suite("Looking names up", .timeLimit(.minutes(10)))
struct NameResolverTests {
    private let loop: EventLoop
    private let resolver: NameResolver

    private final class Answers {
        var found: [String: [IPAddress]] = [:]
    }

    init() throws {
        loop = try EventLoop()
        resolver = try NameResolver(on: loop)
    }

    @Test("finds addresses, and none for names that have none")
    func names() throws {
        let answers = Answers()
        for name in ["localhost", "127.0.0.9", "::1", "no-such-name.invalid"] {
            resolver.resolve(name) { answers.found[name] = $0 }
        }
        try loop.wait(for: "the answers") { answers.found.count == 4 }
        #expect(answers.found["localhost"]?.contains { $0.isLoopback } == true)
        #expect(answers.found["127.0.0.9"] == IPAddress("127.0.0.9").map { [$0] })
        #expect(answers.found["::1"] == IPAddress("::1").map { [$0] })
        #expect(answers.found["no-such-name.invalid"] == [])
    }

    @Test("answers everyone who asks for one name")
    func severalCallers() throws {
        let answers = Answers()
        for caller in 1...3 { resolver.resolve("127.0.0.1") { answers.found["\(caller)"] = $0 } }
        try loop.wait(for: "the answers") { answers.found.count == 3 }
    }

    @Test("answers more names than it has threads")
    func manyNames() throws {
        let answers = Answers()
        for number in 1...50 { resolver.resolve("127.0.0.\(number)") { answers.found["\(number)"] = $0 } }
        try loop.wait(for: "the answers") { answers.found.count == 50 }
    }
}
