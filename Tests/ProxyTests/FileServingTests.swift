import Bytes
import Foundation
import Net
import Routing
import Testing

@testable import Proxy

/// A folder of files that a proxy serves, removed at the end.
final class ServedFiles {
    let path: String

    init() throws {
        var template = Array((NSTemporaryDirectory() + "/portico-files-XXXXXX").utf8CString)
        guard let made = mkdtemp(&template), let real = realpath(made, nil) else { throw TestFault("no folder") }
        defer { free(real) }
        path = String(cString: real)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file, and the folders that it lies in, with a time that entity tags can be told by.
    func write(_ name: String, _ content: String) throws {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(content.utf8).write(to: URL(fileURLWithPath: file))
        let time = Date(timeIntervalSince1970: 784_111_777)
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file)
    }
}

@Suite("Files of a location", .timeLimit(.minutes(10)))
struct FileServingTests {
    private let files: ServedFiles

    init() throws {
        files = try ServedFiles()
        try files.write("site/hello.txt", "hello, world")
        try files.write("site/empty.bin", "")
        try files.write("site/a b/index.html", "<p>index</p>")
        try files.write("site/plain", "no extension")
        try files.write("secret/key", "secret")
        try files.write("site/sub/.hidden", "dotted")
    }

    private func proxy(
        _ base: StaticFiles.Base? = nil, match: LocationMatch = .prefix("/"),
        _ configure: (inout LocationSettings) -> Void = { _ in }
    ) throws -> TestProxy {
        var settings = LocationSettings()
        settings.files.base = base ?? .root(Template(literal: ByteString(files.path + "/site")))
        configure(&settings)
        return try TestProxy(
            [VirtualHost(name: "registry.test", locations: [Location(match: match, settings: settings)])])
    }

    private func get(_ path: String, _ fields: String = "", method: String = "GET") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: registry.test\r\n\(fields)\r\n"
    }

    @Test("are sent with type, time of change, entity tag and length, as nginx does")
    func whole() throws {
        let answer = try proxy().answer(to: get("/hello.txt?x=1"))
        #expect(answer.status == 200)
        #expect(answer.text == "hello, world")
        #expect(answer["Content-Type"] == "text/plain")
        #expect(answer["Content-Length"] == "12")
        #expect(answer["Last-Modified"] == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(answer["ETag"] == "\"2ebc98a1-c\"")
        #expect(answer["Accept-Ranges"] == "bytes")
        #expect(try proxy().answer(to: get("/plain"))["Content-Type"] == "application/octet-stream")
        #expect(try proxy().answer(to: get("/empty.bin")).body.isEmpty)
    }

    @Test("keep the connection open, also behind HEAD, which has no body")
    func sequence() throws {
        let client = try proxy().connect()
        try client.send(get("/hello.txt", method: "HEAD") + get("/hello.txt") + get("/nothing") + get("/empty.bin"))
        let head = try client.receiveResponse(to: "HEAD")
        #expect(head["Content-Length"] == "12")
        #expect(try client.receiveResponse().text == "hello, world")
        #expect(try client.receiveResponse().status == 404)
        #expect(try client.receiveResponse().status == 200)
    }

    @Test("are sent in part where a range is asked for")
    func ranges() throws {
        let proxy = try proxy()
        let part = try proxy.answer(to: get("/hello.txt", "Range: bytes=7-\r\n"))
        #expect(part.status == 206)
        #expect(part.text == "world")
        #expect(part["Content-Range"] == "bytes 7-11/12")
        let refused = try proxy.answer(to: get("/hello.txt", "Range: bytes=12-\r\n"))
        #expect(refused.status == 416)
        #expect(refused["Content-Range"] == "bytes */12")
        let old = try proxy.answer(to: get("/hello.txt", "Range: bytes=7-\r\nIf-Range: \"old\"\r\n"))
        #expect(old.text == "hello, world")
        #expect(try proxy.answer(to: get("/hello.txt", "Range: bytes=0-0,2-2\r\n")).status == 200)
        let head = try proxy.answer(to: get("/hello.txt", "Range: bytes=7-\r\n", method: "HEAD"), method: "HEAD")
        #expect(head.status == 200)
    }

    @Test("are not sent to a client that has them")
    func conditions() throws {
        let proxy = try proxy()
        let same = try proxy.answer(to: get("/hello.txt", "If-None-Match: \"2ebc98a1-c\"\r\n"))
        #expect(same.status == 304)
        #expect(same.body.isEmpty)
        #expect(same["ETag"] == "\"2ebc98a1-c\"")
        #expect(same["Content-Length"] == nil)
        #expect(same["Content-Type"] == nil)
        #expect(try proxy.answer(to: get("/hello.txt", "If-Match: \"x\"\r\n")).status == 412)
        let silent = try self.proxy { $0.files.sendsETag = false }.answer(to: get("/hello.txt"))
        #expect(silent["ETag"] == nil)
    }

    @Test("stand in folders, which are asked for with a slash and shown by their index")
    func folders() throws {
        let proxy = try proxy()
        let moved = try proxy.answer(to: get("/a%20b?x=y"))
        #expect(moved.status == 301)
        #expect(moved["Location"] == "http://registry.test/a%20b/?x=y")
        let index = try proxy.answer(to: get("/a%20b/"))
        #expect(index.text == "<p>index</p>")
        #expect(index["Content-Type"] == "text/html")
        #expect(try proxy.answer(to: get("/sub/")).status == 403)
        #expect(try proxy.answer(to: get("/none/")).status == 404)
        #expect(try proxy.answer(to: get("/hello.txt/")).status == 404)
    }

    @Test("have the type that default_type says where their names say none, and so has the text of return")
    func defaultType() throws {
        let proxy = try proxy { $0.files.defaultType = "text/x-own" }
        #expect(try proxy.answer(to: get("/plain"))["Content-Type"] == "text/x-own")
        #expect(try proxy.answer(to: get("/hello.txt"))["Content-Type"] == "text/plain")
        let text = Return(status: 200, content: .text(Template(literal: "{}")))
        let returning = try self.proxy {
            $0.returned = text
            $0.files.defaultType = "application/json"
        }
        #expect(try returning.answer(to: get("/")).values("Content-Type") == ["application/json"])
        #expect(try self.proxy { $0.returned = text }.answer(to: get("/"))["Content-Type"] == "text/plain")
        #expect(try self.proxy { $0.files.defaultType = "" }.answer(to: get("/plain"))["Content-Type"] == nil)
    }

    @Test("are for GET and HEAD alone", arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
    func methods(_ method: String) throws {
        #expect(try proxy().answer(to: get("/hello.txt", method: method)).status == 405)
    }

    @Test(
        "never lie outside of their folder, however the path is written",
        arguments: [
            "/../secret/key", "/%2e%2e/secret/key", "/..%2fsecret/key", "/%2e%2e%2fsecret%2fkey",
            "/sub/../../secret/key",
            "/sub/%2e./%2e./secret/key", "/....//secret/key", "/..;/secret/key", "/sub/..%00/key", "/hello.txt%00.png",
            "/%c0%ae%c0%ae/secret/key", "/..%5csecret%5ckey", "/\\..\\secret\\key", "//..//secret/key",
            "/.%2e/secret/key",
            "/%252e%252e/secret/key", "/sub/.%2e/.%2e/secret/key", "/fifo", "/device", "/a%20b/../..%2f/secret/key",
        ])
    func hostile(path: String) throws {
        mkfifo(files.path + "/site/fifo", 0o600)
        symlink("/dev/zero", files.path + "/site/device")
        let answer = try proxy().answer(to: get(path))
        #expect([400, 404].contains(answer.status), "\(answer.head)")
        #expect(!answer.text.contains("secret"))
    }

    @Test("take the place of the location's path with an alias, and nothing beside it can be reached")
    func alias() throws {
        let base = StaticFiles.Base.alias(
            Template(literal: ByteString(files.path + "/site/")), of: .prefix("/img".utf8.count))
        let proxy = try proxy(base, match: .prefix("/img"))
        #expect(try proxy.answer(to: get("/img/hello.txt")).text == "hello, world")
        // The alias ends in a slash and the location does not: nginx would serve what lies above.
        #expect(try proxy.answer(to: get("/img../secret/key")).status == 404)
        #expect(try proxy.answer(to: get("/img..%2fsecret/key")).status == 404)
        let whole = StaticFiles.Base.alias(Template(literal: ByteString(files.path + "/site/plain")), of: .everything)
        #expect(try self.proxy(whole).answer(to: get("/anything/at/all")).text == "no extension")
    }

    @Test("lie in a folder that variables name, which cannot lead elsewhere")
    func variables() throws {
        let template = Template(
            pieces: [.literal(ByteString(files.path + "/")), .variable(.argument("d"))])
        let proxy = try proxy(.root(template))
        #expect(try proxy.answer(to: get("/hello.txt?d=site")).text == "hello, world")
        #expect(try proxy.answer(to: get("/key?d=site/../secret")).status == 404)
        #expect(try proxy.answer(to: get("/key?d=..")).status == 404)
    }

    @Test("may be reached by links, as in nginx")
    func links() throws {
        symlink(files.path + "/secret/key", files.path + "/site/link")
        #expect(try proxy().answer(to: get("/link")).text == "secret")
    }

    @Test("that cannot be read are refused with 403", .enabled(if: geteuid() != 0))
    func unreadable() throws {
        chmod(files.path + "/site/plain", 0)
        #expect(try proxy().answer(to: get("/plain")).status == 403)
    }

    @Test("of any size reach a slow client whole, over TLS as well", arguments: [false, true])
    func large(isSecure: Bool) throws {
        let line = "0123456789abcdef"
        try files.write("site/large.bin", String(repeating: line, count: 300_000))
        let proxy = try proxy()
        let client = try proxy.connect(receiveBuffer: isSecure ? nil : 4096, isSecure: isSecure)
        try client.send(get("/large.bin") + get("/hello.txt"))
        let answer = try client.receiveResponse()
        #expect(answer.body.count == 4_800_000)
        #expect(answer.body == Array(String(repeating: line, count: 300_000).utf8))
        #expect(try client.receiveResponse().text == "hello, world")
    }

    @Test("that shrink while they are sent are seen to be cut")
    func shrunk() throws {
        try files.write("site/large.bin", String(repeating: "0123456789abcdef", count: 2_000_000))
        let proxy = try proxy()
        let client = try proxy.connect(receiveBuffer: 4096)
        try client.send(get("/large.bin"))
        _ = try client.receive(through: "\r\n\r\n")
        truncate(files.path + "/site/large.bin", 100_000)
        #expect(throws: (any Error).self) { try client.receive(32_000_000) }
        #expect(client.end == .reset)
    }

    @Test(
        "are looked for beneath an alias by try_files, whether or not the candidate begins with its location",
        arguments: [("/img/hello.txt", 200), ("/img/none", 200), ("/img/", 200)])
    func attemptsBelowAlias(path: String, status: Int) throws {
        try files.write("site/fallback.png", "fallback")
        try files.write("site/back.png", "secret")
        let proxy = try TestProxy(
            file: "location /img/ { alias \(files.path)/site/; try_files $uri /fallback.png =404; }")
        let answer = try proxy.get(path)
        #expect(answer.status == status)
        #expect(answer.text == (path.hasSuffix("txt") ? "hello, world" : "fallback"))
    }

    @Test("are looked for in turn by try_files, then it leads elsewhere")
    func attempts() throws {
        func proxy(_ fallback: FileAttempts.Fallback) throws -> TestProxy {
            var settings = LocationSettings()
            settings.files.base = .root(Template(literal: ByteString(files.path + "/site")))
            settings.files.attempts = FileAttempts(
                candidates: [
                    .init(path: Template(pieces: [.variable(.uri)]), isFolder: false),
                    .init(path: Template(pieces: [.variable(.uri)]), isFolder: true),
                ], fallback: fallback)
            var plain = LocationSettings()
            plain.files.base = settings.files.base
            var returning = LocationSettings()
            returning.returned = Return(status: 200, content: .text(Template(literal: "named")))
            return try TestProxy([
                VirtualHost(
                    name: "registry.test",
                    locations: [
                        Location(settings: settings), Location(match: .exact("/plain"), settings: plain),
                        Location(match: .exact("/a b/index.html"), settings: plain),
                        Location(match: .named("other"), settings: returning),
                    ])
            ])
        }
        let direct = try proxy(.status(404))
        #expect(try direct.answer(to: get("/hello.txt")).text == "hello, world")
        #expect(try direct.answer(to: get("/none")).status == 404)
        #expect(try direct.answer(to: get("/a%20b/")).text == "<p>index</p>")
        #expect(try direct.answer(to: get("/none", method: "POST")).status == 404)
        #expect(try proxy(.named("other")).answer(to: get("/none")).text == "named")
        #expect(
            try proxy(.path(Template(literal: "/plain?x=1"))).answer(to: get("/none")).text == "no extension")
        #expect(try proxy(.path(Template(literal: "/none"))).answer(to: get("/none")).status == 500)
    }
}
