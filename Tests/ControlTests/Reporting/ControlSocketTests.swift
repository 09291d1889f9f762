import Foundation
import Net
import Testing

@testable import Control

@Suite("The control socket", .timeLimit(.minutes(10)))
struct ControlSocketTests {
    private let folder: TemporaryFolder
    private let loop: EventLoop
    private let path: String

    private final class Outcome {
        var result: Result<[UInt8], APIError>?
    }

    init() throws {
        folder = try TemporaryFolder()
        loop = try EventLoop()
        path = folder.path("control.sock")
    }

    private func open() throws -> ControlSocket {
        try ControlSocket(ControlListener(at: path), on: loop) { path in
            path == "/routes" ? ControlAnswer(status: 200, body: Array("{}".utf8)) : .message(404, "unknown")
        }
    }

    private func ask(_ path: String) throws -> Result<[UInt8], APIError>? {
        let outcome = Outcome()
        let exchange = GetExchange(path, host: "test", at: .unix(self.path), on: loop, timeout: .seconds(5)) {
            outcome.result = $0
        }
        defer { exchange.cancel() }
        try loop.wait(for: "an answer") { outcome.result != nil }
        return outcome.result
    }

    @Test("answers questions")
    func answers() throws {
        let socket = try open()
        defer { socket.close() }
        #expect(try ask("/routes") == .success(Array("{}".utf8)))
        #expect(try ask("/other") == .failure(.refused(status: 404, message: "unknown")))
    }

    @Test("is open to its user alone, and removed at the end")
    func mode() throws {
        let socket = try open()
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        socket.close()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("takes the place of a server that has ended")
    func stale() throws {
        let stale = try Socket.listen(on: .unix(path))
        _ = consume stale
        let socket = try open()
        defer { socket.close() }
        #expect(try ask("/routes") == .success(Array("{}".utf8)))
    }

    @Test("leaves a running server and other files alone")
    func taken() throws {
        let socket = try open()
        defer { socket.close() }
        #expect(throws: ControlSocketError.inUse(path)) { try open() }
        let file = folder.path("file")
        try folder.write("file", "mine")
        #expect(throws: ControlSocketError.taken(file)) {
            try ControlSocket(ControlListener(at: file), on: loop) { _ in .message(200, "") }
        }
    }

    @Test("says what is wrong with a path")
    func unusable() {
        #expect(throws: ControlSocketError.self) {
            try ControlSocket(ControlListener(at: folder.path("none/control.sock")), on: loop) { _ in .message(200, "")
            }
        }
    }

    @Test(
        "refuses odd requests",
        arguments: [
            ("POST /routes HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "405"),
            ("GET /routes HTTP/1.1\r\n\r\n", "400"), ("nonsense\r\n\r\n", "400"),
            ("GET /" + String(repeating: "x", count: 9000), "414"),
        ])
    func oddRequests(request: String, status: String) throws {
        let socket = try open()
        defer { socket.close() }
        let client = try Socket.connect(to: .unix(path))
        var rest = Array(request.utf8)[...]
        var answer: [UInt8] = []
        var hasEnded = false
        try loop.wait(for: "an answer") {
            if !rest.isEmpty, let sent = try? rest.withUnsafeBytes({ try Socket.send(client.raw, $0) }) {
                rest = rest.dropFirst(sent)
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            switch buffer.withUnsafeMutableBytes({ Socket.receive(client.raw, into: $0) }) {
            case .bytes(let count): answer += buffer[..<count]
            case .wouldBlock: break
            case .end, .failed: hasEnded = true
            }
            return hasEnded
        }
        #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 \(status)"))
    }

    @Test("answers when more ask at a time than it takes")
    func crowd() throws {
        let socket = try open()
        defer { socket.close() }
        let idle = try (0..<ControlSocket.width).map { _ in Held(try Socket.connect(to: .unix(path))) }
        loop.settle()
        let outcome = Outcome()
        let exchange = GetExchange("/routes", host: "test", at: .unix(path), on: loop, timeout: .seconds(30)) {
            outcome.result = $0
        }
        defer { exchange.cancel() }
        loop.settle()
        #expect(outcome.result == nil)
        idle[0].close()
        try loop.wait(for: "an answer") { outcome.result != nil }
    }

    /// A descriptor that an array can hold.
    private final class Held {
        private var descriptor: FileDescriptor?
        init(_ descriptor: consuming FileDescriptor) { self.descriptor = consume descriptor }
        func close() { descriptor = nil }
    }
}
