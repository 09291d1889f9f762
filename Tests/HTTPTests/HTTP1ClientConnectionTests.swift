import HTTP
import TestSupport
import Testing

@Suite("Client side of an HTTP/1 connection")
struct HTTP1ClientConnectionTests {
    /// A connection that has sent a whole request, and what its backend has sent.
    private struct Backend {
        var connection = HTTP1ClientConnection()
        var head = ResponseHead()
        var pending: [UInt8]

        init(_ text: String, method: Method = .get, mayUpgrade: Bool = false) {
            pending = Array(text.utf8)
            connection.begin(method: method, mayUpgrade: mayUpgrade)
            connection.requestEnded()
        }

        mutating func receiveHead() -> HTTP1ClientConnection.HeadAction {
            let arrived = pending
            let action = connection.receiveHead(arrived.span, into: &head)
            switch action {
            case .response(let count), .informational(let count, _), .switched(let count): pending.removeFirst(count)
            case .needMore, .failed: break
            }
            return action
        }

        mutating func receiveBody() throws -> String {
            let piece = try pending.withUnsafeMutableBytes { try connection.receiveBody($0) }
            let content = String(decoding: pending[..<piece.produced], as: UTF8.self)
            pending.removeFirst(piece.consumed)
            return content
        }
    }

    @Test("can be used again behind a whole response")
    func reuse() throws {
        var backend = Backend("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        #expect(!backend.connection.hasResponseBegun)
        #expect(!backend.connection.isReusable)
        #expect(backend.receiveHead() == .response(byteCount: 38))
        #expect(backend.connection.hasResponseBegun)
        #expect(!backend.connection.isReusable)
        #expect(try backend.receiveBody() == "hi")
        #expect(backend.connection.isBodyComplete)
        #expect(backend.connection.isReusable)
        backend.connection.begin(method: .head)
        backend.connection.requestEnded()
        backend.pending = Array("HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\n".utf8)
        #expect(backend.receiveHead() == .response(byteCount: 38))
        #expect(backend.connection.isBodyComplete)
        #expect(backend.connection.isReusable)
    }

    @Test(
        "cannot be used again",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
            "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK",
            "HTTP/1.1 204 No\r\n\r\nhi",
            "HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 304 No\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\r\n",
        ])
    func noReuse(text: String) throws {
        var backend = Backend(text)
        guard case .response = backend.receiveHead() else {
            Issue.record("no response")
            return
        }
        _ = try backend.receiveBody()
        #expect(backend.connection.isBodyComplete)
        #expect(!backend.connection.isReusable)
    }

    @Test("cannot be used again while the request is not whole")
    func earlyResponse() {
        var connection = HTTP1ClientConnection()
        var head = ResponseHead()
        connection.begin(method: .put)
        let text = Array("HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n".utf8)
        #expect(connection.receiveHead(text.span, into: &head) == .response(byteCount: text.count))
        #expect(connection.isBodyComplete)
        #expect(!connection.isReusable)
        connection.requestEnded()
        #expect(connection.isReusable)
    }

    @Test("passes interim responses, up to a bound")
    func interim() {
        let early = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        var backend = Backend(String(repeating: early, count: 17))
        for _ in 0..<16 {
            #expect(backend.receiveHead() == .informational(byteCount: early.utf8.count, status: 103))
        }
        #expect(backend.receiveHead() == .failed(.tooManyInterimResponses))
        backend = Backend("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nabc")
        #expect(backend.receiveHead() == .informational(byteCount: 25, status: 100))
        #expect(backend.connection.hasResponseBegun)
        #expect(backend.receiveHead() == .response(byteCount: 19))
        #expect(backend.head.fields.isEmpty)
    }

    @Test("takes another protocol only where it was asked for")
    func upgrade() throws {
        let text = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\u{1}\u{2}"
        var backend = Backend(text)
        #expect(backend.receiveHead() == .failed(.unrequestedUpgrade))
        #expect(!backend.connection.isReusable)
        backend = Backend(text, mayUpgrade: true)
        #expect(!backend.connection.isSwitched)
        #expect(backend.receiveHead() == .switched(byteCount: text.utf8.count - 2))
        #expect(backend.connection.isSwitched)
        #expect(try backend.receiveBody() == "\u{1}\u{2}")
        backend.pending = Array("HTTP/1.1 200 OK\r\n\r\n".utf8)
        #expect(try backend.receiveBody() == "HTTP/1.1 200 OK\r\n\r\n")
        #expect(!backend.connection.isReusable)
    }

    @Test("ends the directions of another protocol one by one", arguments: [true, false])
    func endOfSwitched(_ isBackendFirst: Bool) {
        var backend = Backend(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", mayUpgrade: true)
        _ = backend.receiveHead()
        #expect(backend.connection.isAmidSwitched)
        for isBackend in [isBackendFirst, !isBackendFirst] {
            #expect(backend.connection.isAmidSwitched)
            if isBackend {
                #expect(backend.connection.endOfInput() == .ofSwitched)
                #expect(backend.connection.endOfInput() == .ofSwitched)
            } else {
                backend.connection.requestEnded()
            }
        }
        #expect(!backend.connection.isAmidSwitched)
        #expect(!backend.connection.isReusable)
    }

    @Test(
        "refuses a 101 that does not say what it goes over to, or comes before the request is whole",
        arguments: [
            ("Upgrade: x", true), ("Connection: upgrade", true), ("Connection: upgrade\r\nUpgrade:", true),
            ("Connection: upgrade\r\nUpgrade: x\r\nUpgrade: x", true), ("Connection: upgrade\r\nUpgrade: x", false),
        ])
    func brokenUpgrade(_ fields: String, _ isWhole: Bool) {
        var connection = HTTP1ClientConnection()
        connection.begin(method: .get, mayUpgrade: true)
        if isWhole { connection.requestEnded() }
        var head = ResponseHead()
        let text = Array("HTTP/1.1 101 Switching Protocols\r\n\(fields)\r\n\r\n".utf8)
        #expect(connection.receiveHead(text.span, into: &head) == .failed(.unrequestedUpgrade))
        #expect(!connection.isSwitched)
    }

    @Test("reads an ordinary answer where a backend does not take up another protocol")
    func declinedUpgrade() throws {
        var backend = Backend("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", mayUpgrade: true)
        #expect(backend.receiveHead() == .response(byteCount: 38))
        #expect(try backend.receiveBody() == "hi")
        #expect(!backend.connection.isSwitched)
        #expect(backend.connection.isReusable)
    }

    @Test("fails on bytes that answer nothing")
    func unrequested() {
        var connection = HTTP1ClientConnection()
        var head = ResponseHead()
        let text = Array("H".utf8)
        #expect(connection.isReusable)
        #expect(connection.receiveHead(text.span, into: &head) == .failed(.unrequestedResponse))
        #expect(!connection.isReusable)
    }

    @Test("tells a cut response from a whole one when the backend closes")
    func endOfInput() throws {
        var backend = Backend("HTTP/1.1 200 OK\r\n\r\nabc")
        _ = backend.receiveHead()
        #expect(try backend.receiveBody() == "abc")
        #expect(backend.connection.endOfInput() == .complete)
        #expect(!backend.connection.isReusable)

        backend = Backend("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc")
        _ = backend.receiveHead()
        _ = try backend.receiveBody()
        #expect(backend.connection.endOfInput() == .truncated)

        backend = Backend("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        _ = backend.receiveHead()
        _ = try backend.receiveBody()
        #expect(backend.connection.endOfInput() == .truncated)

        backend = Backend("")
        #expect(backend.connection.endOfInput() == .unanswered)
        backend = Backend("H")
        #expect(backend.receiveHead() == .needMore)
        #expect(backend.connection.endOfInput() == .truncated)

        backend = Backend("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        _ = backend.receiveHead()
        #expect(backend.connection.isReusable)
        #expect(backend.connection.endOfInput() == .idle)
        #expect(!backend.connection.isReusable)

        var unused = HTTP1ClientConnection()
        #expect(unused.endOfInput() == .idle)
        #expect(!unused.isReusable)
    }
}
