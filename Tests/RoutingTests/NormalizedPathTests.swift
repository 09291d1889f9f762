import Bytes
import Routing
import Testing

@Suite("Normalised paths")
struct NormalizedPathTests {
    private func normalize(_ path: String) -> (text: String, isGood: Bool) {
        var output = ByteBuffer()
        let isGood = Array(path.utf8).withUnsafeBytes { NormalizedPath.append($0, to: &output) }
        return (String(decoding: output.readable, as: UTF8.self), isGood)
    }

    @Test(
        "decodes, merges and resolves as nginx does",
        arguments: [
            ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("//", "/"), ("//a///b//", "/a/b/"),
            ("/a/.", "/a/"), ("/a/./b", "/a/b"), ("/./", "/"), ("/.", "/"), ("/a/..", "/"), ("/a/../", "/"),
            ("/a/b/..", "/a/"), ("/a/b/../c", "/a/c"), ("/a//../b", "/b"), ("/a/b/../../c", "/c"),
            ("/a/.../b", "/a/.../b"), ("/a/..b", "/a/..b"), ("/a/.b", "/a/.b"), ("/a../b", "/a../b"),
            ("/%61%2Fb", "/a/b"), ("/a/%2e%2E/b", "/b"), ("/a/.%2e/b", "/b"), ("/a%2f..%2fb", "/b"),
            ("/a%2f%2fb", "/a/b"), ("/a%20b", "/a b"), ("/a%3fb", "/a?b"), ("/a%23b", "/a#b"),
            ("/a%252e%252e/b", "/a%2e%2e/b"), ("/a\\..\\b", "/a\\..\\b"), ("/a+b", "/a+b"), ("/a;/../b", "/b"),
        ])
    func good(_ path: String, _ expected: String) {
        let result = normalize(path)
        #expect(result.text == expected)
        #expect(result.isGood)
    }

    @Test(
        "refuses what nginx answers with 400, and stays below the root",
        arguments: [
            ("/..", "/"), ("/../a", "/a"), ("/a/../..", "/"), ("/a/../../b", "/b"), ("/%2e%2e/a", "/a"),
            ("//..", "/"), ("/./..", "/"), ("/%", "/%"), ("/%4", "/%4"), ("/%zz", "/%zz"), ("/a%00b", "/a\0b"),
        ])
    func bad(_ path: String, _ expected: String) {
        let result = normalize(path)
        #expect(result.text == expected)
        #expect(!result.isGood)
    }

    @Test("comes to the same when it is normalised once more, and never holds // or a dot segment")
    func stable() {
        var random = SeededGenerator(seed: 3)
        let parts = ["/", ".", "..", "a", "%2e", "%2f", "%5c", "b", "//", "%", "%25"]
        for _ in 0..<5000 {
            let path =
                "/"
                + (0..<Int.random(in: 0...9, using: &random)).map { _ in parts.randomElement(using: &random)! }.joined()
            let once = normalize(path).text
            let segments = once.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            #expect(once.first == "/")
            #expect(!segments.dropLast().contains("") && !segments.contains(".") && !segments.contains(".."), "\(path)")
            if !once.contains("%") { #expect(normalize(once).text == once, "\(path)") }
        }
    }

    @Test("escapes what nginx escapes")
    func escaping() {
        var output = ByteBuffer()
        Array("/a b#%?\u{7f}é\n~!+;\"<>\\^`{|}".utf8).withUnsafeBytes { NormalizedPath.appendEscaped($0, to: &output) }
        #expect(
            String(decoding: output.readable, as: UTF8.self)
                == "/a%20b%23%25%3F%7F%C3%A9%0A~!+;%22%3C%3E%5C%5E%60%7B%7C%7D")
    }
}
