import HTTP
import TestSupport
import Testing

@Suite("Server side of an HTTP/1 connection")
struct HTTP1ServerConnectionTests {
    /// A connection that has read this text as far as it can, with what is left of the text.
    private struct Client {
        var connection = HTTP1ServerConnection()
        var head = RequestHead()
        var pending: [UInt8]

        init(_ text: String) { pending = Array(text.utf8) }

        mutating func receiveHead() -> HTTP1ServerConnection.HeadAction {
            let arrived = pending
            let action = connection.receiveHead(arrived.span, into: &head)
            if case .request(let count) = action { pending.removeFirst(count) }
            return action
        }

        mutating func receiveBody() throws -> String {
            let piece = try pending.withUnsafeMutableBytes { try connection.receiveBody($0) }
            let content = String(decoding: pending[..<piece.produced], as: UTF8.self)
            pending.removeFirst(piece.consumed)
            return content
        }
    }

    @Test("answers pipelined requests one after another")
    func pipelining() throws {
        let post = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"
        let get = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n"
        var client = Client(post + "hi" + get)
        #expect(client.connection.isIdle)
        #expect(client.receiveHead() == .request(byteCount: post.utf8.count))
        #expect(!client.connection.isBodyComplete)
        #expect(client.receiveHead() == .needMore)
        #expect(try client.receiveBody() == "hi")
        #expect(client.connection.isBodyComplete)
        #expect(client.receiveHead() == .needMore)
        #expect(
            client.connection.respond(status: 200, length: .known(5), keepAlive: true)
                == .init(coding: .length(5), connection: .implicit))
        #expect(client.connection.responseEnded() == .nextRequest)
        #expect(client.receiveHead() == .request(byteCount: get.utf8.count))
        #expect(!client.connection.isIdle)
        #expect(
            client.connection.respond(status: 200, length: .unknown, keepAlive: true)
                == .init(coding: .chunked, connection: .implicit))
        #expect(client.connection.responseEnded() == .nextRequest)
        #expect(client.connection.isIdle)
    }

    @Test("hands on all bytes behind a 101, and ends with the client's direction")
    func switched() throws {
        var client = Client("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\n\r\n")
        _ = client.receiveHead()
        #expect(client.connection.isBodyComplete)
        client.connection.switchProtocols()
        #expect(client.connection.isSwitched)
        #expect(!client.connection.isBodyComplete)
        #expect(client.receiveHead() == .needMore)
        #expect(try client.receiveBody() == "GET /b HTTP/1.1\r\n\r\n")
        client.connection.endOfSwitched()
        #expect(client.connection.isBodyComplete)
        #expect(client.connection.responseEnded() == .linger)
    }

    @Test("lingers behind a CONNECT, whose client may be sending what is for the tunnel")
    func connect() {
        var client = Client("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = client.receiveHead()
        #expect(
            client.connection.respond(status: 400, length: .known(0), keepAlive: true)
                == .init(coding: .length(0), connection: .close))
        #expect(client.connection.responseEnded() == .linger)
    }

    @Test("has the trailers of a request, and not those of the one before")
    func trailers() throws {
        let chunked = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        var client = Client("\(chunked)2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n\(chunked)0\r\n\r\n")
        for hasTrailers in [true, false] {
            #expect(client.receiveHead() == .request(byteCount: chunked.utf8.count))
            #expect(!client.connection.hasTrailers)
            _ = try client.receiveBody()
            #expect(client.connection.isBodyComplete)
            #expect(client.connection.hasTrailers == hasTrailers)
            #expect(client.connection.trailers.isEmpty != hasTrailers)
            _ = client.connection.respond(status: 200, length: .known(0), keepAlive: true)
            #expect(client.connection.responseEnded() == .nextRequest)
        }
    }

    @Test("counts what is passed on of a body without being looked at")
    func skipping() throws {
        var client = Client("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1234")
        #expect(client.connection.bodyRemainder == 0)
        _ = client.receiveHead()
        #expect(client.connection.bodyRemainder == 9)
        #expect(try client.receiveBody() == "1234")
        client.connection.skipBody(3)
        #expect(client.connection.bodyRemainder == 2)
        #expect(!client.connection.isBodyComplete)
        client.connection.skipBody(2)
        #expect(client.connection.bodyRemainder == 0)
        #expect(client.connection.isBodyComplete)
    }

    @Test("closes behind a response that comes before the request is whole")
    func earlyResponse() throws {
        var client = Client("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n1234")
        _ = client.receiveHead()
        #expect(try client.receiveBody() == "1234")
        #expect(
            client.connection.respond(status: 413, length: .known(0), keepAlive: true)
                == .init(coding: .length(0), connection: .close))
        client.pending = Array("56789".utf8)
        #expect(try client.receiveBody() == "56789")
        #expect(client.connection.responseEnded() == .linger)
    }

    @Test("lingers behind the answer to a request that it refuses")
    func refused() throws {
        var client = Client("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        #expect(client.receiveHead() == .reject(.repeatedHost))
        #expect(client.receiveHead() == .needMore)
        #expect(try client.receiveBody() == "")
        #expect(
            client.connection.respond(status: 400, length: .known(3), keepAlive: true)
                == .init(coding: .length(3), connection: .close))
        #expect(client.connection.responseEnded() == .linger)
        #expect(client.receiveHead() == .needMore)
    }

    @Test("refuses what follows a malformed chunk")
    func malformedBody() {
        var client = Client("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n")
        _ = client.receiveHead()
        #expect(throws: BodyError.malformedChunkSize) { try client.receiveBody() }
        #expect(throws: Never.self) { try client.receiveBody() }
        #expect(client.connection.respond(status: 400, length: .known(0), keepAlive: true).connection == .close)
        #expect(client.connection.responseEnded() == .linger)
    }

    @Test(
        "stays open as the version and Connection say",
        arguments: [
            ("HTTP/1.1\r\nHost: a", HTTP1ServerConnection.ConnectionField.implicit),
            ("HTTP/1.1\r\nHost: a\r\nConnection: foo, Close", .close),
            ("HTTP/1.0", .close),
            ("HTTP/1.0\r\nConnection: Keep-Alive", .keepAlive),
            ("HTTP/1.0\r\nConnection: keep-alive, close", .close),
        ])
    func persistence(rest: String, expected: HTTP1ServerConnection.ConnectionField) {
        var client = Client("GET / " + rest + "\r\n\r\n")
        _ = client.receiveHead()
        #expect(client.connection.respond(status: 200, length: .known(1), keepAlive: true).connection == expected)
        #expect(client.connection.responseEnded() == (expected == .close ? .close : .nextRequest))
    }

    @Test("lingers where it closes against the client's wish, which may have sent the next request")
    func unexpectedClose() {
        var client = Client("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = client.receiveHead()
        #expect(client.connection.respond(status: 200, length: .known(1), keepAlive: false).connection == .close)
        #expect(client.connection.responseEnded() == .linger)
    }

    @Test("ends a body of unknown length by closing where the client cannot read chunks")
    func unknownLengthInHTTP10() {
        var client = Client("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        _ = client.receiveHead()
        #expect(!client.connection.acceptsInterim)
        #expect(
            client.connection.respond(status: 200, length: .unknown, keepAlive: true)
                == .init(coding: .untilClose, connection: .close))
    }

    @Test(
        "frames no content where the method or the status has none",
        arguments: [("HEAD", 200), ("GET", 204), ("GET", 304), ("HEAD", 404)])
    func noContent(method: String, status: Int) {
        var client = Client("\(method) / HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = client.receiveHead()
        #expect(
            client.connection.respond(status: status, length: .unknown, keepAlive: true)
                == .init(coding: .none, connection: .implicit))
    }

    @Test("declares an empty body where there is content but none was given")
    func emptyContent() {
        var client = Client("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = client.receiveHead()
        #expect(client.connection.respond(status: 200, length: .none, keepAlive: true).coding == .length(0))
    }
}
