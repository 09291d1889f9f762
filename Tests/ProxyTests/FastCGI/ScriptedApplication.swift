import Bytes

/// A request as a FastCGI application gets it.
struct ApplicationRequest {
    var keepsConnection = false
    var parameters: [String: String] = [:]
    /// The names in the order in which they came, repeated ones too.
    var names: [String] = []
    var input: [UInt8] = []
}

extension ScriptedBackend.Connection {
    /// Takes a request of FastCGI with its body.
    func receiveApplicationRequest() throws -> ApplicationRequest {
        var request = ApplicationRequest()
        var parameters: [UInt8] = []
        while true {
            let header = try stream.receive(8)
            guard header[0] == 1, header[2] == 0, header[3] == 1, header[7] == 0 else {
                throw TestFault("a record that begins with \(header)")
            }
            let count = Int(header[4]) << 8 | Int(header[5])
            let content = count == 0 ? [] : try stream.receive(count)
            _ = header[6] == 0 ? [] : try stream.receive(Int(header[6]))
            switch (header[1], count) {
            case (1, 8):
                guard content[..<2] == [0, 1] else { throw TestFault("the role is not that of a responder") }
                request.keepsConnection = content[2] & 1 == 1
            case (4, 0): try request.read(parameters)
            case (4, _): parameters += content
            case (5, 0): return request
            case (5, _): request.input += content
            default: throw TestFault("a record of kind \(header[1])")
            }
        }
    }

    /// Sends a record.
    func send(_ kind: UInt8, _ content: [UInt8], padding: Int = 0) throws {
        try stream.send(Self.record(kind, content, padding: padding))
    }

    /// Sends output, cut into records.
    func sendOutput(_ text: String) throws {
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: 60_000) {
            try send(6, Array(bytes[start..<min(start + 60_000, bytes.count)]), padding: 3)
        }
    }

    /// Ends the request with a status of the protocol.
    func endRequest(_ status: UInt8 = 0) throws { try send(3, [0, 0, 0, 0, status, 0, 0, 0]) }

    private static func record(_ kind: UInt8, _ content: [UInt8], padding: Int) -> [UInt8] {
        [1, kind, 0, 1, UInt8(content.count >> 8), UInt8(content.count & 0xff), UInt8(padding), 0] + content
            + Array(repeating: 0, count: padding)
    }
}

extension ApplicationRequest {
    fileprivate mutating func read(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        func length() throws -> Int {
            guard let first = rest.popFirst() else { throw TestFault("parameters end early") }
            guard first & 0x80 != 0 else { return Int(first) }
            guard rest.count >= 3 else { throw TestFault("parameters end early") }
            defer { rest = rest.dropFirst(3) }
            return rest.prefix(3).reduce(Int(first & 0x7f)) { $0 << 8 | Int($1) }
        }
        while !rest.isEmpty {
            let (name, value) = (try length(), try length())
            guard rest.count >= name + value else { throw TestFault("parameters end early") }
            let text = String(decoding: rest.prefix(name), as: UTF8.self)
            names.append(text)
            parameters[text] = String(decoding: rest.dropFirst(name).prefix(value), as: UTF8.self)
            rest = rest.dropFirst(name + value)
        }
    }
}
