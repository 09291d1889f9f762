import Bytes
import Routing
import Testing

@Suite("Locations inside of locations")
struct LocationTreeTests {
    /// Finds the location of a path among those that are written with the text of the one that they stand in.
    private func find(_ locations: [(String, inside: String?)], _ path: String) throws -> String {
        let matches = try locations.map { text, outer in
            (match: try LocationMatch(text), parent: locations.firstIndex { $0.0 == outer })
        }
        let tree = LocationTree(matches)
        switch Array(path.utf8).withUnsafeBytes({ tree.find($0, with: PatternMatcher()) }) {
        case .location(let index): return locations[index].0
        case .directory(let index): return "301 \(locations[index].0)"
        case .none: return "none"
        case .failed: return "failed"
        }
    }

    /// What nginx 1.22 answers for the same locations.
    @Test(
        "are chosen as nginx chooses them",
        arguments: [
            ("/", "/"), ("/app/", "/app/"), ("/app/x", "/app/"), ("/app/in/", "/app/in/"), ("/app/only", "= /app/only"),
            ("/app/x.txt", "~ \\.txt$"), ("/app/in/x.txt", "~ \\.txt$"), ("/x.txt", "~ t$"),
            ("/final/x.txt", "^~ /final/"),
            ("/final/x.css", "~ css$"), ("/app/x.jst", "~ t$"), ("/app", "301 /app/"), ("/app/in", "301 /app/in/"),
            ("/x.deep", "~ deep$"), ("/y/x.deep", "~ ^/y/"),
        ])
    func choice(_ path: String, _ expected: String) throws {
        let locations: [(String, inside: String?)] = [
            ("/", nil), ("/app/", nil), ("/app/in/", "/app/"), ("= /app/only", "/app/"), ("~ \\.txt$", "/app/"),
            ("~ t$", nil), ("^~ /final/", nil), ("~ css$", "^~ /final/"), ("~ deep$", nil), ("~ ^/y/", "~ deep$"),
        ]
        #expect(try find(locations, path) == expected)
    }

    @Test("know named ones and the insides of ifs by no path")
    func pathless() {
        let tree = LocationTree([(.named("x"), nil), (.block, nil)])
        for path in ["/", "/x", "@x", "{ }"] {
            #expect(Array(path.utf8).withUnsafeBytes { tree.find($0, with: PatternMatcher()) } == .none)
        }
    }
}
