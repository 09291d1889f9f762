import Bytes
import HTTP
import Net
import Proxy
import Routing
import Testing

@Suite("Ends of streams and connections of HTTP/2", .timeLimit(.minutes(10)))
struct HTTP2EndsTests {
    @Test(
        "are resets where the backend's answer breaks off",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwh",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nrubbish\r\n",
        ])
    func cut(_ answer: String) throws {
        let proxy = try TestProxy(to: [
            try ScriptedBackend(
                { connection in
                    _ = try connection.receiveRequest()
                    try connection.send(answer)
                },
                { connection in
                    _ = try connection.receiveRequest()
                    try connection.send("HTTP/1.1 204 No Content\r\n\r\n")
                })
        ])
        let client = try proxy.connectHTTP2()
        let answer = try client.receive(client.request())
        // What had not left yet is dropped.
        #expect(answer.status == 200 || answer.status == 0)
        #expect(answer.code == .internalError)
        #expect(!answer.isEnded)
        #expect(try client.receive(client.request()).status == 204)
    }

    @Test("free the backend as soon as the client has reset its request", arguments: ["head", "upload", "answer"])
    func resetByClient(_ stage: String) throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            if stage == "answer" { try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome") }
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connectHTTP2()
        let answer = try client.request(stage == "upload" ? "PUT" : "GET", endsStream: stage != "upload")
        if stage == "upload" { try client.send("some", on: answer) }
        _ = try backend.requests(1)
        if stage == "answer" { try client.receive(until: "a part") { answer.byteCount > 0 } }
        try client.reset(answer)
        try backend.waitUntilEnded(1)
        // The connection serves on.
        let other = try client.request()
        _ = try backend.requests(2)
        try client.reset(other)
        try backend.waitUntilEnded(2)
    }

    @Test("of a client that is gone free all its backends")
    func clientGone() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connectHTTP2()
        for _ in 0..<5 { _ = try client.request() }
        _ = try backend.requests(5)
        client.stream.close()
        try backend.waitUntilEnded(5)
    }

    @Test("of an upload that does not come to its length are resets, and the backend never takes it for whole")
    func wrongLength() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connectHTTP2()
        for body in ["four", "longer than five"] {
            let answer = try client.request("PUT", fields: [("content-length", "5")], endsStream: false)
            try client.send(body, isLast: true, on: answer)
            try client.receive(answer)
            #expect(answer.code == .protocolError)
        }
        try backend.waitUntilEnded(2)
        #expect(backend.log.current.bytes.values.allSatisfy { !$0.suffix(20).elementsEqual(Array("five".utf8)) })
    }

    @Test("wait for what is under way when the server ends")
    func drain() throws {
        let gate = Signal()
        let backend = try ScriptedBackend { connection in
            while true {
                _ = try connection.receiveRequest()
                try gate.pass()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connectHTTP2()
        let answer = try client.request()
        _ = try backend.requests(1)
        proxy.drain()
        try client.receive(until: "a notice") { client.goAway != nil }
        #expect(client.goAway?.code == .noError)
        gate.open()
        #expect(try client.receive(answer).text == "ok")
        try client.receiveToEnd()
        #expect(client.stream.end == .closed)
        client.stream.close()
        try proxy.waitUntilEnded()
    }

    @Test("come with a GOAWAY behind as many requests as a connection may have, and lose none")
    func requestLimit() throws {
        let proxy = try TestProxy(to: [.answering()], settings: { $0.keepaliveRequests = 3 })
        let client = try proxy.connectHTTP2()
        for _ in 0..<3 { #expect(try client.receive(client.request()).status == 200) }
        try client.receiveToEnd()
        #expect(client.goAway?.code == .noError)
        #expect(client.stream.end == .closed)
    }

    @Test("come when no request does for the keep-alive time", arguments: [50, 1050])
    func idle(milliseconds: Int) throws {
        let proxy = try TestProxy(to: [.answering()], settings: { $0.keepaliveTimeout = .milliseconds(milliseconds) })
        let client = try proxy.connectHTTP2()
        #expect(try client.receive(client.request()).status == 200)
        try client.receiveToEnd()
        #expect(client.goAway?.code == .noError)
    }

    @Test("come when a head, or a connection's first request, is not sent in time")
    func slowHead() throws {
        let proxy = try TestProxy(to: [.answering()], settings: { $0.clientHeaderTimeout = .milliseconds(100) }) {
            $0.clientHeaderTimeout = .milliseconds(100)
        }
        let silent = try proxy.connectHTTP2()
        try silent.flush()
        try silent.receiveToEnd()
        #expect(silent.goAway?.code == .noError)
        let client = try proxy.connectHTTP2()
        #expect(try client.receive(client.request()).status == 200)
        // HEADERS without END_HEADERS.
        try client.stream.send([0, 0, 1, 1, 1, 0, 0, 0, 3, 0x82])
        try client.receiveToEnd()
        #expect(client.goAway != nil)
    }

    @Test("are 408 for a body, and resets for an answer, that stand still")
    func stalls() throws {
        let backend = try ScriptedBackend { connection in
            let request = try connection.receiveRequestHead()
            guard request.startLine.hasPrefix("GET") else { return try connection.waitForEnd() }
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            try connection.stream.send([UInt8](repeating: 65, count: 1000))
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(
            to: [backend],
            settings: {
                $0.clientBodyTimeout = .milliseconds(100)
                $0.clientSendTimeout = .milliseconds(100)
            })
        var limits = HTTP2Limits()
        limits.streamWindow = 10
        let client = try proxy.connectHTTP2(limits: limits)
        let upload = try client.request("PUT", endsStream: false)
        try client.send("some", on: upload)
        #expect(try client.receive(upload).status == 408)
        client.takesBodies = false
        let answer = try client.request()
        try client.receive(answer)
        #expect(answer.byteCount == 10)
        #expect(answer.code == .internalError || answer.code == .cancel)
    }

    @Test("are resets where not even the end of an answer finds a window")
    func endWithoutWindow() throws {
        let isTaken = Signal()
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n")
            try isTaken.pass()
            try connection.send("0\r\n\r\n")
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend], settings: { $0.clientSendTimeout = .milliseconds(100) })
        var limits = HTTP2Limits()
        limits.streamWindow = 10
        let client = try proxy.connectHTTP2(limits: limits)
        client.takesBodies = false
        let answer = try client.request()
        try client.receive(until: "the body") { answer.byteCount == 10 }
        isTaken.open()
        try client.receive(answer)
        #expect(answer.code == .cancel)
    }

    @Test("are GOAWAYs where the client breaks the protocol, and 400 where it only speaks oddly")
    func breaches() throws {
        let proxy = try TestProxy(to: [.answering()])
        let client = try proxy.connectHTTP2()
        #expect(try client.receive(client.request()).status == 200)
        // DATA on stream 0 (RFC 9113 §6.1).
        try client.stream.send([0, 0, 1, 0, 0, 0, 0, 0, 0, 65])
        try client.receiveToEnd()
        #expect(client.goAway?.code == .protocolError)
        #expect(client.stream.end == .closed)
        #expect(try proxy.answer(to: "PRI * HTTP/1.1\r\nHost: registry.test\r\n\r\n").status == 400)
        let odd = try proxy.connect()
        try odd.send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")
        _ = try odd.receiveToEnd()
        #expect(odd.end == .closed)
    }
}
