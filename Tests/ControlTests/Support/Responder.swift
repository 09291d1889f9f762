import Foundation
import Synchronization

/// What tells the status of certificates over HTTP, one connection at a time, as a test has it answer.
final class Responder: Sendable {
    /// The port on 127.0.0.1.
    let port: UInt16
    /// How many questions have come.
    var count: Int { state.withLock { $0.count } }

    private struct State {
        var count = 0
        var answer: @Sendable ([UInt8]) -> [UInt8] = { _ in [] }
    }

    private let state = Mutex(State())
    private let listener: Int32

    /// A responder whose answers to the questions, both in binary form, are made by `answer`.
    init(_ answer: @escaping @Sendable ([UInt8]) -> [UInt8]) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw CocoaError(.fileReadUnknown) }
        port = UInt16(bigEndian: address.sin_port)
        state.withLock { $0.answer = answer }
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                self?.serve(client)
                close(client)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Has it answer in another way from now on.
    func change(_ answer: @escaping @Sendable ([UInt8]) -> [UInt8]) { state.withLock { $0.answer = answer } }

    private func serve(_ client: Int32) {
        var request = Data()
        var piece = [UInt8](repeating: 0, count: 4096)
        while request.range(of: Data("\r\n\r\n".utf8)) == nil {
            let count = read(client, &piece, piece.count)
            guard count > 0 else { return }
            request += piece[..<count]
        }
        let target = String(decoding: request, as: UTF8.self).split(separator: " ")[1]
        let text = target.split(separator: "/").last.flatMap { String($0).removingPercentEncoding } ?? ""
        let question = Array(Data(base64Encoded: text) ?? Data())
        let answer = state.withLock { state in
            state.count += 1
            return state.answer
        }
        let body = answer(question)
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\nContent-Length: \(body.count)\r\n\r\n"
        let bytes = Array(head.utf8) + body
        _ = write(client, bytes, bytes.count)
    }
}
