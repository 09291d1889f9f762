/// An HTTP message as a test sees it.
struct Message {
    /// The start line and the fields as they came, without the empty line.
    var head: String
    var body: [UInt8]
    /// The lines behind the last chunk.
    var trailers: [String] = []

    init(head: String, body: [UInt8] = []) {
        self.head = head.hasSuffix("\r\n\r\n") ? String(head.dropLast(2)) : head
        self.body = body
    }

    var lines: [String] { head.split(separator: "\r\n").map(String.init) }

    var startLine: String { lines.first ?? "" }

    var status: Int { Int(startLine.split(separator: " ").dropFirst().first ?? "") ?? 0 }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The values of the fields of a name, in their order.
    func values(_ name: String) -> [String] {
        lines.dropFirst().compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].lowercased() == name.lowercased() else { return nil }
            return String(parts[1].drop { $0 == " " })
        }
    }

    subscript(name: String) -> String? { values(name).first }
}

extension TestStream {
    /// Takes a request with its body.
    func receiveRequest() throws -> Message {
        var message = Message(head: try receive(through: "\r\n\r\n"))
        try receiveBody(of: &message)
        return message
    }

    func receiveRequestHead() throws -> Message { Message(head: try receive(through: "\r\n\r\n")) }

    /// Takes a response with its body, which must be whole, and passes over interim ones.
    func receiveResponse(to method: String = "GET") throws -> Message {
        var message: Message
        repeat { message = Message(head: try receive(through: "\r\n\r\n")) } while message.status / 100 == 1
        let hasBody = method != "HEAD" && message.status >= 200 && message.status != 204 && message.status != 304
        guard hasBody else { return message }
        try receiveBody(of: &message)
        if message["Content-Length"] == nil, message["Transfer-Encoding"] == nil {
            message.body = try receiveToEnd()
            guard end == .closed else { throw TestFault("a body up to the end was cut") }
        }
        return message
    }

    private func receiveBody(of message: inout Message) throws {
        if message["Transfer-Encoding"] == "chunked" {
            guard message["Content-Length"] == nil else { throw TestFault("two framings: \(message.head)") }
            try receiveChunks(of: &message)
        } else if let length = message["Content-Length"].flatMap({ Int($0) }) {
            message.body = try receive(length)
        }
    }

    private func receiveChunks(of message: inout Message) throws {
        while true {
            let line = try receive(through: "\r\n").dropLast()
            guard let size = Int(line, radix: 16) else { throw TestFault("no chunk size: \(line)") }
            if size == 0 { break }
            message.body += try receive(size)
            guard try receive(2) == [13, 10] else { throw TestFault("a chunk without its end") }
        }
        while true {
            let line = try receive(through: "\r\n").dropLast()
            if line.isEmpty { return }
            message.trailers.append(String(line))
        }
    }
}
