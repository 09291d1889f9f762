import Bytes
import Testing

@testable import Routing

@Suite("Host table")
struct HostTableTests {
    private func find(_ name: String, in table: HostTable) -> Int? {
        ByteString(name).withBytes { table.find($0, with: PatternMatcher()) }
    }

    private let table = HostTable([
        [.exact("example.org"), .exact("www.example.org")],
        [.leading("example.org")],
        [.leading("b.example.org")],
        [.trailing("www.example")],
        [.trailing("www")],
        [.exact("a.b.example.org")],
        [.exact("[fd00::1]"), .exact("192.168.0.1")],
        [.exact("example.org"), .exact("late.org")],
        [.leading("org")],
    ])

    @Test(
        "prefers the exact name, then the longest leading star, then the longest trailing star",
        arguments: [
            ("example.org", 0), ("www.example.org", 0), ("a.example.org", 1), ("x.y.example.org", 1),
            ("x.b.example.org", 2), ("b.example.org", 1), ("a.b.example.org", 5), ("www.example.net", 3),
            ("www.example.co.uk", 3), ("www.other", 4), ("www.other.net", 4), ("www.example", 4),
            ("[fd00::1]", 6), ("192.168.0.1", 6), ("late.org", 7), ("other.org", 8), ("www.example.org.", 3),
            ("www", nil), ("example.net", nil), ("", nil), (".", nil), ("..", nil), (".org", nil), ("org", nil),
            ("192.168.0.10", nil), ("www.", nil), (".example.org", 8),
        ] as [(String, Int?)])
    func order(name: String, expected: Int?) {
        #expect(find(name, in: table) == expected)
    }

    @Test("leads where one leads that was made anew, from one change to the next", arguments: 1...4)
    func changes(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var hosts: [(name: Int, patterns: [HostPattern])] = (0..<40).map { ($0 * 10, Self.names($0 * 10)) }
        var table = HostTable(hosts.map(\.patterns))
        for _ in 0..<60 {
            let before = hosts
            var (gone, new): ([(index: Int, names: [HostPattern])], [(index: Int, names: [HostPattern])]) = ([], [])
            let leaving = Set(
                (0..<Int.random(in: 0...2, using: &generator)).compactMap { _ in
                    hosts.isEmpty ? nil : Int.random(in: 0..<hosts.count, using: &generator)
                })
            for index in leaving.sorted() { gone.append((index, before[index].patterns)) }
            hosts = before.indices.filter { !leaving.contains($0) }.map { before[$0] }
            let coming = Set(
                (0..<Int.random(in: 0...2, using: &generator)).map { _ in
                    Int.random(in: 0..<400, using: &generator)
                }
            ).filter { name in !hosts.contains { $0.name == name } }
            hosts = (hosts + coming.map { ($0, Self.names($0)) }).sorted { $0.name < $1.name }
            for (index, host) in hosts.enumerated() where coming.contains(host.name) {
                new.append((index, host.patterns))
            }
            let earlier = table
            if !table.change(gone: gone, new: new) { table = HostTable(hosts.map(\.patterns)) }
            #expect(!table.isCopy(of: earlier))
            let fresh = HostTable(hosts.map(\.patterns))
            for name in 0..<400 {
                for asked in ["h\(name).example", "x.w\(name).example", "p\(name).net", "shared\(name / 50).example"] {
                    #expect(find(asked, in: table) == find(asked, in: fresh))
                }
            }
        }
    }

    private static func names(_ number: Int) -> [HostPattern] {
        var names: [HostPattern] = [.exact(ByteString("h\(number).example"))]
        if number % 3 == 0 { names.append(.leading(ByteString("w\(number).example"))) }
        if number % 5 == 0 { names.append(.trailing(ByteString("p\(number)"))) }
        // Now and then several hosts have one name.
        if number % 47 == 0 { names.append(.exact(ByteString("shared\(number / 50).example"))) }
        return names
    }

    @Test("ignores the case of ASCII letters and of nothing else")
    func letterCase() {
        #expect(find("EXAMPLE.Org", in: table) == 0)
        #expect(find("X.B.EXAMPLE.ORG", in: table) == 2)
        #expect(find("[FD00::1]", in: table) == 6)
        let odd = HostTable([[.exact("@[`{")]])
        #expect(find("@[`{", in: odd) == 0)
        #expect(find("`{@[", in: odd) == nil)
        let wide = HostTable([[.exact("abcdefghijklmnopqrstuvwxyz0123456789-_.")]])
        #expect(find("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", in: wide) == 0)
        #expect(find("abcdefghijklmnopqrstuvwxyz0123456789-\u{7f}.", in: wide) == nil)
    }

    @Test("finds every one of many names, and none that is not there, whatever its seed")
    func manyNames() {
        let names = (0..<5000).map { "host-\($0).example\($0 % 7).org" }
        for seed: UInt64 in [0, 1, .max, 0x1234_5678_9abc_def0] {
            let table = HostTable(names.map { [.exact(ByteString($0))] }, seed: seed)
            for (index, name) in names.enumerated() where find(name, in: table) != index {
                Issue.record("\(name) is lost")
            }
            for number in 5000..<6000 where find("host-\(number).example1.org", in: table) != nil {
                Issue.record("host-\(number) is found")
            }
        }
    }

    @Test("finds nothing in an empty table, and nothing for a name that is too long")
    func edges() {
        #expect(find("example.org", in: HostTable([])) == nil)
        #expect(find(String(repeating: "a.", count: 200) + "example.org", in: table) == nil)
    }

    @Test("has equal copies")
    func copies() {
        let copy = table.copied()
        #expect(find("www.example.org", in: copy) == 0)
        #expect(find("x.b.example.org", in: copy) == 2)
    }

    @Test("never reads out of bounds for hostile names")
    func hostileNames() {
        var generator = SeededGenerator(seed: 7)
        let letters = Array("a.w*[]:-\0\u{7f}Wwexample.org".utf8)
        let matcher = PatternMatcher()
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...40, using: &generator)
            let name = (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }
            if let host = name.withUnsafeBytes({ table.find($0, with: matcher) }), !(0..<9).contains(host) {
                Issue.record("\(name)")
            }
        }
    }

    @Test(
        "asks regular expressions last, in order, with any case of letters",
        arguments: [
            ("exact.org", 0), ("a.lead.org", 1), ("trail.x", 2), ("www12.org", 3), ("WWW12.ORG", 3), ("www.org", nil),
            ("web12.org", 4), ("x.web.net", 4), ("[fd00::1]", 5),
        ] as [(String, Int?)])
    func patterns(_ name: String, _ expected: Int?) throws {
        let table = HostTable([
            [.exact("exact.org")], [.leading("lead.org")], [.trailing("trail")],
            try HostName.patterns("~^www\\d+\\.org$"),
            try HostName.patterns("~^w(ww|eb)\\d|\\.Web\\.") + HostName.patterns("~exact"),
            try HostName.patterns("~^\\[fd00:"),
        ])
        #expect(find(name, in: table) == expected)
        #expect(find(name, in: table.copied()) == expected)
    }

    @Test("finds nobody where a regular expression would take too long")
    func hangingPattern() throws {
        let table = HostTable([try HostName.patterns("~^(a+)+$"), try HostName.patterns("~.")])
        #expect(find(String(repeating: "a", count: 200) + "!", in: table) == nil)
        #expect(find("b", in: table) == 1)
    }
}
