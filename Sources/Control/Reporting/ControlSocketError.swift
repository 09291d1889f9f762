/// Why the control socket cannot be opened.
enum ControlSocketError: Error, Equatable {
    /// Another server listens at the path.
    case inUse(String)
    /// Something other than a socket stands at the path.
    case taken(String)
    /// The system refuses; the text says why.
    case unusable(String, String)
}

extension ControlSocketError: CustomStringConvertible {
    var description: String {
        switch self {
        case .inUse(let path):
            "Another server uses the control socket \(path). Stop it, or choose another path with --control."
        case .taken(let path): "\(path) is no socket. Choose another path for the control socket with --control."
        case .unusable(let path, let reason):
            "The control socket \(path) cannot be opened: \(reason). Choose another path with --control."
        }
    }
}
