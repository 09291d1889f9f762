import Bytes
import Net
import Proxy
import Routing
import Testing

@Suite("What goes wrong with a backend", .timeLimit(.minutes(10)))
struct UpstreamConnectionTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    private static let post = "POST / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\n\r\nabc"

    private func backend(_ answer: String) throws -> ScriptedBackend {
        try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send(answer)
        }
    }

    @Test(
        "answers 502 for what is no answer, and closes the connection",
        arguments: [
            "", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
            "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "SSH-2.0-x\r\n",
            "HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: evil\r\n\r\n", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n" + String(repeating: "X: a\r\n", count: 20_000) + "\r\n",
            String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 20),
        ])
    func garbage(_ answer: String) throws {
        let backend = try backend(answer)
        let client = try TestProxy(to: [backend]).connect()
        try client.send(plainGet)
        #expect(try client.receiveResponse().status == 502)
        try backend.waitUntilEnded(1)
        #expect(backend.log.current.connectionCount == 1)
        try client.send("GET / HTTP/1.1\r\nHost: other.test\r\n\r\n")
        #expect(try client.receiveResponse().status == 503)
    }

    @Test(
        "never lets a cut answer pass for a whole one",
        arguments: [
            "Content-Length: 5\r\n\r\nabc", "Content-Length: 5\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n",
            "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0x1\r\na", "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd",
        ])
    func cut(_ rest: String) throws {
        for version in ["1.1", "1.0"] {
            let client = try TestProxy(to: [backend("HTTP/1.1 200 OK\r\n\(rest)")]).connect()
            try client.send("GET / HTTP/\(version)\r\nHost: registry.test\r\n\r\n")
            let received = try String(decoding: client.receiveToEnd(), as: UTF8.self)
            // Without a length and without chunks the end itself would say that the answer is whole.
            if version == "1.0" {
                #expect(client.end == .reset)
            } else {
                #expect(!received.hasSuffix("0\r\n\r\n"))
                #expect(received.contains("Content-Length: 5") || received.contains("chunked") || received.isEmpty)
            }
        }
    }

    @Test("sees that an answer up to the close was cut by a reset")
    func resetAnswer() throws {
        let sent = Signal()
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\n\r\nabc")
            try sent.pass()
            connection.stream.reset()
        }
        let client = try TestProxy(to: [backend]).connect()
        try client.send(plainGet)
        _ = try client.receive(through: "abc")
        sent.open()
        let rest = try String(decoding: client.receiveToEnd(), as: UTF8.self)
        #expect(!rest.hasSuffix("0\r\n\r\n"))
    }

    @Test(
        "answers 502 when the backend closes or resets before it answers, and asks it only once",
        arguments: [true, false])
    func gone(_ resets: Bool) throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            if resets { connection.stream.reset() }
        }
        let proxy = try TestProxy(to: [backend])
        #expect(try proxy.answer(to: plainGet).status == 502)
        #expect(try proxy.answer(to: Self.post).status == 502)
        #expect(backend.log.current.connectionCount == 2)
    }

    @Test("answers 504 when the backend says nothing in time, and names it in its report")
    func silent() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend], settings: { $0.readTimeout = .milliseconds(50) })
        for request in [plainGet, Self.post] { #expect(try proxy.answer(to: request).status == 504) }
        try backend.waitUntilEnded(2)
        #expect(proxy.failures == ["the backend did not answer in time", "the backend did not answer in time"])
    }

    @Test("cuts the answer when the backend falls silent in its middle")
    func silentInside() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            try connection.waitForEnd()
        }
        let client = try TestProxy(to: [backend], settings: { $0.readTimeout = .milliseconds(50) }).connect()
        try client.send(plainGet)
        #expect(try !client.receiveToEnd().suffix(5).elementsEqual("0\r\n\r\n".utf8))
        try backend.waitUntilEnded(1)
    }

    @Test("lets the backend take its time while the client still sends")
    func slowUpload() throws {
        let backend = try self.backend(Self.ok)
        let client = try TestProxy(to: [backend], settings: { $0.readTimeout = .milliseconds(50) }).connect()
        try client.send("POST / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\n\r\na")
        #expect(client.isQuiet())
        try client.send("bc")
        #expect(try client.receiveResponse().status == 200)
    }

    @Test("sends what comes of an answer on at once, its head too")
    func atOnce() throws {
        let step = [Signal(), Signal()]
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            try step[0].pass()
            try connection.send("3\r\nabc\r\n")
            try step[1].pass()
            try connection.send("0\r\n\r\n")
        }
        let client = try TestProxy(to: [backend]).connect()
        try client.send(plainGet)
        _ = try client.receive(through: "\r\n\r\n")
        step[0].open()
        #expect(try client.receive(through: "abc\r\n") == "3\r\nabc\r\n")
        step[1].open()
        #expect(try client.receive(through: "0\r\n\r\n") == "0\r\n\r\n")
    }

    @Test(
        "passes interim answers on, but for a 100, however many come at once and however they are cut (RFC 9110 §15.2)",
        arguments: [true, false])
    func interim(_ bytewise: Bool) throws {
        let text =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\nX: y\r\n\r\n"
            + "HTTP/1.1 102 Processing\r\n\r\n" + Self.ok
        let backend = try ScriptedBackend { connection in
            while true {
                _ = try connection.receiveRequest()
                if bytewise {
                    for byte in text.utf8 { try connection.stream.send([byte]) }
                } else {
                    try connection.send(text)
                }
            }
        }
        let client = try TestProxy(to: [backend]).connect()
        for _ in 1...2 {
            try client.send(plainGet)
            let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
            #expect(try client.receive(through: "\r\n\r\n") == hints)
            #expect(try client.receive(through: "\r\n\r\n").hasPrefix("HTTP/1.1 102 "))
            #expect(try client.receiveResponse().text == "ok")
        }
        try client.send("GET / HTTP/1.0\r\nHost: registry.test\r\n\r\n")
        #expect(try client.receiveResponse().text == "ok")
        #expect(backend.log.current.connectionCount == 1)
    }

    @Test("hears a backend that answers before it was asked")
    func eager() throws {
        let backend = try ScriptedBackend { connection in
            try connection.send("HTTP/1.1 503 Overloaded\r\nContent-Length: 0\r\n\r\n")
            try connection.waitForEnd()
        }
        #expect(try TestProxy(to: [backend]).answer(to: plainGet).status == 503)
    }

    @Test(
        "passes an early refusal on while the client still sends, and keeps neither connection",
        arguments: [true, false])
    func earlyAnswer(_ isChunked: Bool) throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nbig\n")
            try connection.waitForEnd()
        }
        let client = try TestProxy(to: [backend], settings: { $0.maxBodySize = nil }).connect()
        let framing = isChunked ? "Transfer-Encoding: chunked\r\n\r\nFFFFFFF\r\n" : "Content-Length: 268435455\r\n\r\n"
        try client.send("PUT / HTTP/1.1\r\nHost: registry.test\r\n\(framing)")
        let piece = [UInt8](repeating: 65, count: 100_000)
        for _ in 1...200 { try client.send(piece) }
        let answer = try client.receiveResponse()
        #expect(answer.status == 413)
        #expect(answer.text == "big\n")
        #expect(answer["Connection"] == "close")
        try backend.waitUntilEnded(1)
        #expect(try client.waitForEnd() == .closed)
    }

    @Test("passes on what a backend answered before it closed in the middle of an upload")
    func answeredAndClosed() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.send("HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno")
        }
        let proxy = try TestProxy(to: [backend], settings: { $0.maxBodySize = nil })
        for _ in 1...10 {
            let client = try proxy.connect()
            try client.send("PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 268435455\r\n\r\n")
            let piece = [UInt8](repeating: 65, count: 100_000)
            for _ in 1...50 { try client.send(piece) }
            #expect(try client.receiveResponse().text == "no")
        }
    }

    @Test("passes an early answer without fault on too, and lets the upload go on behind its head")
    func earlySuccess() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let body = try connection.stream.receive(3)
            try connection.stream.send(Array("3\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8))
        }
        let client = try TestProxy(to: [backend]).connect()
        try client.send("POST / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\n\r\n")
        _ = try client.receive(through: "\r\n\r\n")
        try client.send("abc")
        #expect(try String(decoding: client.receiveToEnd(), as: UTF8.self) == "3\r\nabc\r\n0\r\n\r\n")
    }

    @Test("closes the backend's connection when the client is gone, up or down", arguments: [true, false])
    func clientGone(_ isUpload: Bool) throws {
        let backend = try ScriptedBackend { connection in
            if isUpload {
                _ = try connection.receiveRequestHead()
            } else {
                _ = try connection.receiveRequest()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")
            }
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connect()
        if isUpload {
            try client.send("PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 1000\r\n\r\nabc")
            _ = try backend.requests(1)
            client.close()
        } else {
            try client.send(plainGet)
            _ = try client.receive(through: "abc")
            client.reset()
        }
        try backend.waitUntilEnded(1)
        #expect(proxy.failures.isEmpty)
    }

    @Test("closes the backend's connection when a client that has ended its side hears nothing for a while")
    func clientEnded() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend], configure: { $0.halfClosedTimeout = .milliseconds(50) })
        let client = try proxy.connect()
        try client.send(plainGet)
        client.halfClose()
        _ = try client.receive(through: "abc")
        #expect(try client.waitForEnd() == .reset)
        try backend.waitUntilEnded(1)
        #expect(proxy.failures.isEmpty)
    }

    @Test("closes the backend's connection when a client that waits for the answer breaks off")
    func clientGoneWaiting() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.waitForEnd()
        }
        let client = try TestProxy(to: [backend]).connect()
        try client.send(plainGet)
        _ = try backend.requests(1)
        client.reset()
        try backend.waitUntilEnded(1)
    }
}
