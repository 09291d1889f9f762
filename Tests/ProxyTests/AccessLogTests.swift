import Bytes
import Foundation
import Glibc
import Passwords
import Proxy
import Routing
import Testing

@Suite("Access log", .timeLimit(.minutes(10)))
struct AccessLogTests {
    /// A proxy whose log lines go to a pipe, and the pipe's end.
    private final class Logged {
        let proxy: TestProxy
        let lines: TestStream
        private let writer: LogWriter

        init(_ hosts: [VirtualHost], passwordFiles: [String: PasswordSource] = [:]) throws {
            var ends: [Int32] = [0, 0]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
            lines = TestStream(owning: ends[0])
            writer = try LogWriter(descriptor: ends[1])
            _ = writer.start()
            proxy = try TestProxy(hosts, passwordFiles: passwordFiles, log: writer)
        }

        deinit { writer.stop() }

        /// The next line, with the time replaced by `TIME`.
        func next() throws -> String {
            let line = try lines.receive(through: "\n")
            guard let open = line.firstIndex(of: "["), let close = line.firstIndex(of: "]") else { return line }
            return line[...open] + "TIME" + line[close...].dropLast()
        }
    }

    @Test("has the form of nginx-proxy, one line for each request")
    func form() throws {
        let backend = try ScriptedBackend.answering()
        let file = PasswordFile(parsing: Array("alice:{PLAIN}x\n".utf8))
        let host = VirtualHost.forwarding("registry.test", to: [backend.endpoint]) {
            $0.authentication = Authentication(realm: Template(literal: "r"), file: "/f")
        }
        let logged = try Logged([host], passwordFiles: ["/f": .loaded(file)])
        let request =
            "GET /v2/?a=b HTTP/1.1\r\nHost: Registry.TEST:5043\r\nReferer: http://a.test/\r\nUser-Agent: docker/1\r\n"
        _ = try logged.proxy.answer(to: request + "Authorization: \(basic("alice:x"))\r\n\r\n")
        #expect(
            try logged.next()
                == "registry.test 127.0.0.1 - alice [TIME] \"GET /v2/?a=b HTTP/1.1\" 200 2 \"http://a.test/\" \"docker/1\" \"\(backend.endpoint)\""
        )
        let answer = try logged.proxy.answer(to: request + "\r\n")
        #expect(
            try logged.next()
                == "registry.test 127.0.0.1 - - [TIME] \"GET /v2/?a=b HTTP/1.1\" 401 \(answer.body.count) \"http://a.test/\" \"docker/1\" \"-\""
        )
    }

    @Test("notes requests that were refused, cut or never whole")
    func failures() throws {
        let logged = try Logged([.forwarding("registry.test", to: [])])
        _ = try logged.proxy.answer(to: "GET / HTTP/1.1\r\nHost: other.test\r\n\r\n")
        #expect(try logged.next().contains("other.test 127.0.0.1 - - [TIME] \"GET / HTTP/1.1\" 503 "))
        _ = try logged.proxy.answer(to: "GET / HTTP/1.1\r\nHost: a b\r\n\r\n")
        #expect(try logged.next().contains(" 400 "))
        let client = try logged.proxy.connect()
        try client.send("PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 9\r\n\r\n")
        #expect(try client.receiveResponse().status == 502)
        #expect(try logged.next().contains("\"PUT / HTTP/1.1\" 502 "))
    }

    @Test("notes a client that left with 499")
    func clientGone() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.waitForEnd()
        }
        let logged = try Logged([.forwarding("registry.test", to: [backend.endpoint])])
        let client = try logged.proxy.connect()
        try client.send(plainGet)
        _ = try backend.requests(1)
        client.reset()
        #expect(try logged.next().contains("\"GET /v2/ HTTP/1.1\" 499 0 "))
    }

    @Test("lets no client forge a line or speak to a terminal")
    func escaped() throws {
        let logged = try Logged([])
        _ = try logged.proxy.answer(
            to: "GET /\"\\x HTTP/1.1\r\nHost: a.test\r\nUser-Agent: a\"b\\c\u{e9}\t\u{202e}\r\n\r\n")
        let line = try logged.next()
        #expect(line.contains(#""GET /\x22\x5Cx HTTP/1.1" 503 "#))
        #expect(line.contains(#""a\x22b\x5Cc\xC3\xA9\x09\xE2\x80\xAE" "-""#))
        #expect(line.utf8.allSatisfy { (0x20...0x7e).contains($0) })
    }

    @Test("counts the bytes of the body that were sent")
    func bytes() throws {
        let backend = try ScriptedBackend.answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n")
        let logged = try Logged([.forwarding("registry.test", to: [backend.endpoint])])
        _ = try logged.proxy.answer(to: plainGet)
        #expect(try logged.next().contains("\" 200 8 \""))
    }
}
