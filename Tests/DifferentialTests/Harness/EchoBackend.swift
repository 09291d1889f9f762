import Foundation

/// A backend whose answer's body is the request that it saw, so that comparing answers compares requests as well.
final class EchoBackend: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        let listener = try Listener()
        port = listener.port
        descriptor = dup(listener.descriptor)
        let descriptor = descriptor
        Thread.detachNewThread {
            while true {
                let accepted = accept(descriptor, nil, nil)
                guard accepted >= 0 else { break }
                Thread.detachNewThread { try? Self.serve(Connection(owning: accepted)) }
            }
            close(descriptor)
        }
    }

    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private static func serve(_ connection: consuming Connection) throws {
        var input: [UInt8] = []
        while true {
            while input.endOfHead == nil {
                let bytes = try connection.receive()
                if bytes.isEmpty { return }
                input += bytes
            }
            let end = input.endOfHead ?? 0
            let lines = String(decoding: input[..<(end - 4)], as: UTF8.self).components(separatedBy: "\r\n")
            var body = Array(input[end...])
            let length = lines.first { $0.lowercased().hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) }
            let isChunked = lines.contains { $0.lowercased() == "transfer-encoding: chunked" }
            while isChunked ? (try? body.dechunked()) == nil : body.count < length ?? 0 {
                let bytes = try connection.receive()
                if bytes.isEmpty { return }
                body += bytes
            }
            input = isChunked ? [] : Array(body[(length ?? 0)...])
            let (content, trailers) = isChunked ? try body.dechunked() : (Array(body.prefix(length ?? 0)), [])
            connection.send(answer(lines, content, trailers))
        }
    }

    private static func answer(_ lines: [String], _ content: [UInt8], _ trailers: [String]) -> [UInt8] {
        let hidden = ["connection:", "content-length:", "transfer-encoding:", "x-reply"]
        let seen = lines.dropFirst().filter { line in !hidden.contains { line.lowercased().hasPrefix($0) } }
            .map { line in line.prefix { $0 != ":" }.lowercased() + line.drop { $0 != ":" } }.sorted()
        var body = ([lines[0]] + seen).joined(separator: "\n") + "\n"
        if !content.isEmpty { body += "\n" + String(decoding: content, as: UTF8.self) }
        for trailer in trailers { body += "\nbehind: " + trailer }
        let values = { (name: String) in
            lines.filter { $0.lowercased().hasPrefix(name) }.map { String($0.dropFirst(name.utf8.count)) }
        }
        let status = values("x-reply: ").first ?? "200"
        var head = "HTTP/1.1 \(status) Answer\r\nX-Backend: echo\r\nContent-Type: text/plain\r\n"
        for field in values("x-reply-field: ") { head += field + "\r\n" }
        let isBodiless = status == "204" || status == "304"
        if !isBodiless { head += "Content-Length: \(body.utf8.count)\r\n" }
        let isHead = lines[0].hasPrefix("HEAD ")
        return Array((head + "\r\n" + (isHead || isBodiless ? "" : body)).utf8)
    }
}
