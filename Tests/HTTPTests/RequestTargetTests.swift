import Bytes
import HTTP
import Testing

@Suite("Request targets")
struct RequestTargetTests {
    @Test(
        "splits the target and keeps its bytes",
        arguments: [
            ("/", "/", nil), ("/?", "/", ""), ("/a?b?c", "/a", "b?c"), ("//a//b/../%2f;x", "//a//b/../%2f;x", nil),
            ("/%00\u{e9}?\"<>\\^`{|}", "/%00\u{e9}", "\"<>\\^`{|}"), ("/*", "/*", nil),
            ("/http://b/", "/http://b/", nil),
        ] as [(String, String, String?)])
    func originForm(target: String, path: String, query: String?) throws {
        let request = try #require(try ParsedRequest.parse("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(request.head.form == .origin)
        #expect(request.text(request.head.path) == path)
        #expect(request.head.hasQuery == (query != nil))
        #expect(request.text(request.head.query) == query ?? "")
        #expect(request.text(request.head.pathAndQuery) == target)
        #expect(request.text(request.head.host) == "a")
    }

    @Test(
        "takes the host of an absolute form, whatever Host says (RFC 9112 §3.2.2)",
        arguments: [
            ("http://b", "b", "b", "", nil), ("http://b/", "b", "b", "/", nil),
            ("HTTPS://B:81/x?y", "B:81", "B", "/x", "y"),
            ("http://b?y", "b", "b", "", "y"), ("hTTp://b./", "b.", "b", "/", nil),
            ("http://[::1]:8080/", "[::1]:8080", "[::1]", "/", nil),
        ] as [(String, String, String, String, String?)])
    func absoluteForm(target: String, host: String, name: String, path: String, query: String?) throws {
        let request = try #require(try ParsedRequest.parse("GET \(target) HTTP/1.1\r\nHost: other\r\n\r\n"))
        #expect(request.head.form == .absolute)
        #expect(request.text(request.head.host) == host)
        #expect(request.text(request.head.hostName) == name)
        #expect(request.text(request.head.path) == path)
        #expect(request.text(request.head.query) == query ?? "")
        #expect(request.text(request.head.target) == target)
        #expect(request.text(request.head.pathAndQuery) == path + (query.map { "?" + $0 } ?? ""))
    }

    @Test("still demands a valid Host beside an absolute form")
    func absoluteFormHost() {
        #expect(throws: RequestError.missingHost) { try ParsedRequest.parse("GET http://b/ HTTP/1.1\r\n\r\n") }
        #expect(throws: RequestError.malformedHost) {
            try ParsedRequest.parse("GET http://b/ HTTP/1.1\r\nHost: a b\r\n\r\n")
        }
    }

    @Test("takes the host of an absolute form in HTTP/1.0 without Host")
    func absoluteFormInHTTP10() throws {
        let request = try #require(try ParsedRequest.parse("GET http://b:1/ HTTP/1.0\r\n\r\n"))
        #expect(request.text(request.head.host) == "b:1")
    }

    @Test("reads the asterisk and the authority form")
    func otherForms() throws {
        let options = try #require(try ParsedRequest.parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(options.head.form == .asterisk)
        #expect(options.text(options.head.pathAndQuery) == "*")
        let connect = try #require(try ParsedRequest.parse("CONNECT b.example:443 HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(connect.head.form == .authority)
        #expect(connect.head.method == .connect)
        #expect(connect.text(connect.head.host) == "b.example:443")
        #expect(connect.text(connect.head.hostName) == "b.example")
        #expect(connect.head.path.isEmpty)
    }

    @Test(
        "refuses every other target (RFC 9112 §3.2)",
        arguments: [
            ("GET *", RequestError.malformedTarget), ("OPTIONS **", .malformedTarget),
            ("OPTIONS *?x", .malformedTarget),
            ("GET a", .malformedTarget), ("GET a/b", .malformedTarget), ("GET ?x", .malformedTarget),
            ("GET a:80", .malformedTarget), ("GET ftp://a/", .malformedTarget), ("GET http:/a", .malformedTarget),
            ("GET http:a", .malformedTarget), ("GET http", .malformedTarget), ("GET ws://a/", .malformedTarget),
            ("GET unix:/var/run/x", .malformedTarget), ("GET file:///etc/passwd", .malformedTarget),
            ("GET http://", .malformedHost), ("GET http:///x", .malformedHost), ("GET https://", .malformedHost),
            ("GET http://u@b/", .malformedHost), ("GET http://u:p@b/", .malformedHost),
            ("GET http://b:x/", .malformedHost),
            ("GET http://b:99999/", .malformedHost), ("GET http://b,c/", .malformedHost),
            ("GET http://b\\c/", .malformedHost),
            ("GET http://b%00/", .malformedHost), ("GET http://[::1/", .malformedHost),
            ("GET http://b:/", .malformedHost),
            ("GET /#x", .malformedTarget), ("GET /a?b#c", .malformedTarget), ("GET http://b/#x", .malformedTarget),
            ("GET http://b#c/", .malformedTarget), ("GET #", .malformedTarget),
            ("CONNECT b", .malformedTarget), ("CONNECT /", .malformedTarget),
            ("CONNECT http://b:80/", .malformedTarget),
            ("CONNECT *", .malformedTarget), ("CONNECT b:80/", .malformedTarget), ("CONNECT u@b:80", .malformedTarget),
            ("CONNECT :80", .malformedTarget),
        ])
    func malformed(line: String, expected: RequestError) {
        #expect(throws: expected) { try ParsedRequest.parse("\(line) HTTP/1.1\r\nHost: a\r\n\r\n") }
        #expect(expected.status == 400)
    }

    @Test("permits no control byte, no space and no # in a target, at any place")
    func bytes() {
        for byte in UInt8.min...UInt8.max {
            for offset in 0..<12 {
                var target = [UInt8](repeating: UInt8(ascii: "a"), count: 12)
                target[offset] = byte
                let text = Array("GET /".utf8) + target + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
                let isParsed = (try? ParsedRequest.parse([text[...]]).get()) != nil
                #expect(isParsed == (byte > 0x20 && byte != 0x7f && byte != UInt8(ascii: "#")))
            }
        }
    }
}
