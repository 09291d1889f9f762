import Bytes
import Routing
import Testing

@Suite("Choosing a location")
struct LocationMatcherTests {
    private let matcher = PatternMatcher()

    private func find(_ locations: [String], _ path: String, isProxied: (Int) -> Bool = { _ in true }) throws -> String
    {
        let matches = try locations.map { try LocationMatch($0) }
        let found = Array(path.utf8).withUnsafeBytes {
            LocationMatcher(matches, isProxied: isProxied).find($0, with: matcher)
        }
        switch found {
        case .location(let index): return locations[index]
        case .directory(let index): return "301 \(locations[index])"
        case .none: return "none"
        case .failed: return "failed"
        }
    }

    /// The example of nginx's documentation of `location`.
    private static let documented = ["= /", "/", "/documents/", "^~ /images/", "~* \\.(gif|jpg|jpeg)$"]

    @Test(
        "does as nginx's documentation says",
        arguments: [
            ("/", "= /"), ("/index.html", "/"), ("/documents/document.html", "/documents/"),
            ("/images/1.gif", "^~ /images/"), ("/documents/1.jpg", "~* \\.(gif|jpg|jpeg)$"),
            ("/documents/1.JPG", "~* \\.(gif|jpg|jpeg)$"), ("/documents", "301 /documents/"),
            ("/images", "301 ^~ /images/"), ("/imagesx.gif", "~* \\.(gif|jpg|jpeg)$"),
        ])
    func documentation(_ path: String, _ expected: String) throws {
        #expect(try find(Self.documented, path) == expected)
        #expect(try find(Self.documented.reversed(), path) == expected)
    }

    @Test(
        "finds the longest prefix",
        arguments: [
            ("/a", "/a"), ("/apple", "/app"), ("/app", "/app"), ("/apples", "/app"), ("/app/x", "/app"),
            ("/app-x", "/app-"),
            ("/app-", "/app-"), ("/b", "none"), ("/", "none"), ("/appz", "/app"), ("/az", "/a"), ("/a/b/c/d", "/a/b/c"),
            ("/a/b/d", "/a"),
        ])
    func prefixes(_ path: String, _ expected: String) throws {
        #expect(try find(["/app", "/a", "/app-", "/a/b/c"], path) == expected)
    }

    @Test("takes an exact path for itself alone, before anything else")
    func exact() throws {
        let locations = ["/", "= /x", "~ ^/x", "^~ /x"]
        #expect(try find(locations, "/x") == "= /x")
        #expect(try find(locations, "/x/") == "^~ /x")
        #expect(try find(["= /x", "/x/"], "/x") == "= /x")
        #expect(try find(["= /x"], "/xy") == "none")
        #expect(try find(["/", "= /x", "/x/y"], "/x/z") == "/")
    }

    @Test("asks patterns in order, unless the longest prefix is final")
    func patterns() throws {
        #expect(try find(["/", "~ b$", "~ ^/a"], "/ab") == "~ b$")
        #expect(try find(["/", "~ ^/a", "~ b$"], "/ab") == "~ ^/a")
        #expect(try find(["^~ /", "/a", "~ b$"], "/ab") == "~ b$")
        #expect(try find(["^~ /a", "/", "~ b$"], "/ab") == "^~ /a")
        #expect(try find(["~ b$"], "/c") == "none")
        #expect(
            try find(["/", "~ ^(a+)+$|^/(a+)+$", "/x"], "/" + String(repeating: "a", count: 5000) + "!") == "failed")
    }

    @Test("sends the bare path of a proxied directory to the directory")
    func directories() throws {
        #expect(try find(["/", "/app/"], "/app") == "301 /app/")
        #expect(try find(["/", "/app/", "~ app"], "/app") == "301 /app/")
        #expect(try find(["/", "/app/", "/app"], "/app") == "/app")
        #expect(try find(["/", "/app/", "= /app"], "/app") == "= /app")
        #expect(try find(["/", "/app/", "/app!", "/app-x", "/ap"], "/app") == "301 /app/")
        #expect(try find(["/", "/app/"], "/appl") == "/")
        #expect(try find(["/", "= /app/"], "/app") == "301 = /app/")
        #expect(try find(["/", "/app/"], "/app", isProxied: { $0 == 0 }) == "/")
        #expect(try find(["/app/"], "/ap") == "none")
    }

    @Test("lets the first of two equal locations count")
    func duplicates() throws {
        #expect(try find(["^~ /a", "/a", "~ b"], "/ab") == "^~ /a")
        #expect(try find(["/a", "^~ /a", "~ b"], "/ab") == "~ b")
    }

    @Test("agrees with a plain reading of nginx's rules over random locations and paths")
    func random() throws {
        var random = SeededGenerator(seed: 11)
        let letters = ["a", "b", "/", "-"]
        let word = { (random: inout SeededGenerator) in
            "/"
                + (0..<Int.random(in: 0...4, using: &random)).map { _ in letters.randomElement(using: &random)! }
                .joined()
        }
        for _ in 0..<2000 {
            let count = Int.random(in: 0...8, using: &random)
            let locations = Array(
                Set((0..<count).map { _ in ["", "= "].randomElement(using: &random)! + word(&random) }))
            for _ in 0..<10 {
                let path = word(&random)
                #expect(try find(locations, path) == Self.expected(locations, path), "\(locations) \(path)")
            }
        }
    }

    private static func expected(_ locations: [String], _ path: String) -> String {
        if locations.contains("= " + path) { return "= " + path }
        if !locations.contains(path), path != "" {
            if locations.contains("= \(path)/") { return "301 = \(path)/" }
            if locations.contains("\(path)/") { return "301 \(path)/" }
        }
        return locations.filter { path.hasPrefix($0) }.max { $0.utf8.count < $1.utf8.count } ?? "none"
    }
}
