/// Why an API could not be asked, or its answer not be used: the engine's, or that of a running server.
package enum APIError: Error, Equatable, Sendable {
    /// No connection could be made, or it broke; the text says how.
    case unreachable(String)
    /// There was no answer in time.
    case timedOut
    /// The answer's status stands for a refusal; the message may be empty.
    case refused(status: Int, message: String)
    /// The answer is not what the API promises; the text names what was asked for.
    case unreadable(String)
    /// The answer is longer than any that is read, 16 MiB.
    case tooLong
}

extension APIError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .timedOut: "no answer in time"
        case .refused(let status, let message): "status \(status)\(message.isEmpty ? "" : ", \(message)")"
        case .unreadable(let what): "\(what) that cannot be read"
        case .tooLong: "an answer of more than 16 MiB"
        }
    }
}
