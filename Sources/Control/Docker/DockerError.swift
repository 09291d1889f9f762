/// Why the engine could not be asked, or its answer not be used.
package enum DockerError: Error, Equatable, Sendable {
    /// No connection could be made, or it broke; the text says how.
    case unreachable(String)
    /// The engine did not answer in time.
    case timedOut
    /// The engine answered with a status that stands for a refusal, and perhaps a message.
    case refused(status: Int, message: String)
    /// The answer is not what the API promises; the text names what was asked for.
    case unreadable(String)
    /// The answer is longer than any that is read, 16 MiB.
    case tooLong
}

extension DockerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .timedOut: "no answer in time"
        case .refused(let status, let message): "answered \(status)\(message.isEmpty ? "" : ": \(message)")"
        case .unreadable(let what): "sent \(what) that cannot be read"
        case .tooLong: "sent more than 16 MiB in one answer"
        }
    }
}
