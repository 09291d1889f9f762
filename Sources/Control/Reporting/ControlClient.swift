internal import FoundationEssentials
internal import Net

/// Asks a running server over its control socket.
package enum ControlClient {
    /// What the server answered.
    package struct Answer: Sendable {
        /// The JSON as it was sent.
        package let json: String

        /// The answer to `/routes`.
        ///
        /// - Throws: `ControlClientError` when it is something else.
        package func report() throws(ControlClientError) -> RouteReport {
            guard let report = try? JSONDecoder().decode(RouteReport.self, from: Data(json.utf8)) else {
                throw .unreadable
            }
            return report
        }
    }

    /// Asks for a path and waits for the answer.
    ///
    /// - Throws: `ControlClientError` when no server answers there, or not with a result.
    package static func ask(
        _ path: String, at socket: String, timeout: Duration = .seconds(5)
    ) throws(ControlClientError) -> Answer {
        guard let loop = try? EventLoop() else { throw .silent(socket, "the system gives no descriptor") }
        var result: Result<[UInt8], APIError>?
        _ = GetExchange(path, host: "portico", at: .unix(socket), on: loop, timeout: timeout) {
            result = $0
            loop.stop()
        }
        loop.run()
        switch result {
        case .success(let bytes): return Answer(json: String(decoding: bytes, as: UTF8.self))
        case .failure(.refused(_, let message)): throw .refused(message)
        case .failure(let error): throw .silent(socket, error.description)
        case nil: throw .silent(socket, "no answer")
        }
    }
}
