/// Why a running server could not be asked.
package enum ControlClientError: Error, Equatable, Sendable {
    /// Nobody answers at the socket; the text says why.
    case silent(String, String)
    /// The server does not answer that; the text is its reason.
    case refused(String)
    /// The answer is not of a form that this version knows.
    case unreadable
}

extension ControlClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .silent(let socket, let reason):
            "No server answers at \(socket): \(reason). Is it running, and is this the path of its --control?"
        case .refused(let message): "The server answers: \(message)."
        case .unreadable: "The server's answer cannot be read; it may be of another version."
        }
    }
}
