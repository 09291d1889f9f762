import Bytes
import Testing

@testable import Proxy

@Suite("Normalised paths")
struct NormalizedPathTests {
    @Test(
        "are decoded, merged and resolved as nginx has it",
        arguments: [
            ("/", "/"), ("", "/"), ("/a/b", "/a/b"), ("/a/b/", "/a/b/"), ("//a///b//", "/a/b/"), ("/a/./b", "/a/b"),
            ("/a/../b", "/b"), ("/../../a", "/a"), ("/a/b/..", "/a/"), ("/a/.", "/a/"), ("/a/...", "/a/..."),
            ("/%41%2f%42", "/A/B"), ("/a/%2e%2e/b", "/b"), ("/%2e", "/"), ("/a%20b", "/a b"), ("/%", "/%"),
            ("/%4", "/%4"),
            ("/%zz", "/%zz"), ("/%254", "/%4"), ("/.a/..b", "/.a/..b"), ("/a//../b", "/b"), ("/..", "/"),
            ("/a/..", "/"),
        ])
    func normalized(_ path: String, _ expected: String) {
        var output = ByteBuffer()
        Array(path.utf8).withUnsafeBytes { NormalizedPath.append($0, to: &output) }
        #expect(String(decoding: output.readable, as: UTF8.self) == expected)
    }
}
