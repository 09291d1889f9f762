import Bytes
import Testing

/// One exchange in every combination of how both sides frame, cut and keep.
@Suite("An exchange in all its forms", .timeLimit(.minutes(10)))
struct ExchangeMatrixTests {
    enum Framing: CaseIterable, Sendable {
        case length
        case chunked
        case untilClose
    }

    enum Cut: CaseIterable, Sendable {
        case whole
        case halves
        case bytes

        func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
            switch self {
            case .whole: [bytes[...]]
            case .halves: [bytes[..<(bytes.count / 2)], bytes[(bytes.count / 2)...]]
            case .bytes: bytes.prefix(400).indices.map { bytes[$0...$0] } + [bytes.dropFirst(400)]
            }
        }
    }

    struct Form: Sendable {
        var request: Framing
        var response: Framing
        var version: String
        var isPersistent: Bool
        var cut: Cut
        var isSecure: Bool

        static let all: [Form] = {
            var forms: [Form] = []
            for request in [Framing.length, .chunked] {
                for response in Framing.allCases {
                    for version in ["1.0", "1.1"] where request != .chunked || version == "1.1" {
                        for isPersistent in [true, false] {
                            for cut in Cut.allCases {
                                for isSecure in [true, false] {
                                    forms.append(
                                        Form(
                                            request: request, response: response, version: version,
                                            isPersistent: isPersistent, cut: cut, isSecure: isSecure))
                                }
                            }
                        }
                    }
                }
            }
            return forms
        }()
    }

    private static func framed(_ body: [UInt8], _ framing: Framing) -> [UInt8] {
        switch framing {
        case .length: return Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body
        case .untilClose: return Array("\r\n".utf8) + body
        case .chunked:
            var framed = Array("Transfer-Encoding: chunked\r\n\r\n".utf8)
            var start = 0
            var size = 1
            while start < body.count {
                let end = min(start + size, body.count)
                framed += Array("\(String(end - start, radix: 16, uppercase: size % 2 == 0))\r\n".utf8)
                framed += body[start..<end] + [13, 10]
                start = end
                size *= 3
            }
            return framed + Array("0\r\n\r\n".utf8)
        }
    }

    @Test("carries every body whole and unchanged, both ways", arguments: Form.all)
    func exchange(_ form: Form) throws {
        let upload = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let download = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
        let backend = try ScriptedBackend { connection in
            while true {
                guard try connection.receiveRequest().body == upload else { throw TestFault("another upload") }
                let response = Array("HTTP/1.1 200 OK\r\n".utf8) + Self.framed(download, form.response)
                for piece in form.cut.pieces(response) { try connection.stream.send(Array(piece)) }
                if form.response == .untilClose { return }
            }
        }
        let proxy = try TestProxy(to: [backend])
        let field = form.isPersistent ? "keep-alive" : "close"
        let request =
            Array("PUT / HTTP/\(form.version)\r\nHost: registry.test\r\nConnection: \(field)\r\n".utf8)
            + Self.framed(upload, form.request)
        var client = try proxy.connect(isSecure: form.isSecure)
        for _ in 1...3 {
            for piece in form.cut.pieces(request) { try client.send(Array(piece)) }
            let answer = try client.receiveResponse()
            #expect(answer.body == download)
            if !form.isPersistent || answer["Connection"] == "close" {
                #expect(try client.waitForEnd() == .closed)
                if let client = client as? SecureStream { #expect(client.wasEndedProperly) }
                client = try proxy.connect(isSecure: form.isSecure)
            }
        }
        #expect(backend.log.current.connectionCount == (form.response == .untilClose ? 3 : 1))
        #expect(backend.log.current.faults.allSatisfy { !$0.contains("another") })
    }
}
