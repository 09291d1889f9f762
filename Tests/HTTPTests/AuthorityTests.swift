import Bytes
import HTTP
import Testing

@Suite("Host")
struct AuthorityTests {
    @Test(
        "reads a name and a port",
        arguments: [
            ("a", "a"), ("registry.localhost", "registry.localhost"), ("A-b_c~d.1", "A-b_c~d.1"), ("a.", "a"),
            ("a.:80", "a"), ("a:0", "a"), ("a:65535", "a"), ("a:00443", "a"), ("127.0.0.1:80", "127.0.0.1"),
            ("[::1]", "[::1]"), ("[::1]:443", "[::1]"), ("[fe80::1:2]:0", "[fe80::1:2]"),
            ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]"), ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ])
    func valid(host: String, name: String) throws {
        let request = try #require(try ParsedRequest.parse("GET / HTTP/1.1\r\nhOST: \(host)\r\n\r\n"))
        #expect(request.text(request.head.host) == host)
        #expect(request.text(request.head.hostName) == name)
    }

    @Test(
        "refuses what is no host (RFC 9112 §3.2)",
        arguments: [
            "", ".", "..", ".a", "a..b", "a..", ":80", ":", "a:", "a:-1", "a:+1", "a:65536", "a:000443", "a:8o",
            "a:80:80",
            "a b", "a\tb", "a,b", "a, b", "a/b", "a/", "/a", "a?b", "a#b", "u@a", "u:p@a", "@a", "a@", "a\\b", "a%2eb",
            "a%",
            "*", "*.a", "\u{e9}.example", "a\"b", "<a>", "a;b", "a=b", "a'b", "a(b)", "a|b", "a^b", "a{b}", "a`b", "$a",
            "~^a$",
            "http://a", "[]", "[", "]", "[::1", "::1", "::1]", "[::1]a", "[::1]:", "[::1]:x", "[::1%25eth0]",
            "[::1%eth0]",
            "[v1.a]", "[1.2.3.4]", "[a]", "[::g]", "[::1][::1]", "a[::1]", "[:::1]", "[12345::]",
        ])
    func malformed(host: String) {
        #expect(throws: RequestError.malformedHost) {
            try ParsedRequest.parse("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        }
    }

    @Test("accepts a name of as many bytes as DNS can hold, and no longer one")
    func length() throws {
        let name = String(repeating: "a.", count: 126) + "a"
        #expect(try ParsedRequest.parse("GET / HTTP/1.1\r\nHost: \(name).:8443\r\n\r\n") != nil)
        #expect(throws: RequestError.malformedHost) {
            try ParsedRequest.parse("GET / HTTP/1.1\r\nHost: \(name)aa\r\n\r\n")
        }
    }

    @Test("must be there exactly once in HTTP/1.1, and at most once in HTTP/1.0")
    func count() throws {
        #expect(throws: RequestError.missingHost) { try ParsedRequest.parse("GET / HTTP/1.1\r\nX-Host: a\r\n\r\n") }
        for version in ["HTTP/1.0", "HTTP/1.1"] {
            for second in ["a", "b", ""] {
                #expect(throws: RequestError.repeatedHost) {
                    try ParsedRequest.parse("GET / \(version)\r\nHost: a\r\nX: 1\r\nHOST: \(second)\r\n\r\n")
                }
            }
        }
        let old = try #require(try ParsedRequest.parse("GET / HTTP/1.0\r\n\r\n"))
        #expect(old.head.host.isEmpty && old.head.hostName.isEmpty)
        #expect(throws: RequestError.malformedHost) { try ParsedRequest.parse("GET / HTTP/1.0\r\nHost: a/b\r\n\r\n") }
    }
}
