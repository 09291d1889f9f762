internal import Bytes

/// Some paths of a virtual host that share backends, on their way into a snapshot.
final class SitePath {
    /// Which paths these are.
    let match: LocationMatch
    /// The match as the first container wrote it, which names files.
    let text: String
    /// Whether every path is covered that no other location of the host covers.
    let isRoot: Bool
    /// The containers that ask for it, the one first that decides where they differ.
    var containers: [Container] = []
    /// What its file says.
    var file: CompiledFile?
    /// The file that takes the place of its location.
    var override: CompiledFile?
    /// The host's name.
    private let host: ByteString

    /// Paths that no container asks for yet.
    init(_ match: LocationMatch, text: String, of host: ByteString) {
        self.match = match
        self.text = text
        self.host = host
        isRoot = match.isRoot
    }

    /// What names it in messages.
    var label: String {
        switch match {
        case .prefix("/"): host.text
        case .prefix(let path): host.text + path.text
        default: "\(host) \(match.text)"
        }
    }

    /// What names it in the names of files.
    var fileName: String { text == "/" ? Self.rootFileName : SHA1.hex(text) }

    private static let rootFileName = SHA1.hex("/")

    /// What names its upstream, as nginx-proxy does.
    var upstreamKey: ByteString { isRoot ? host : ByteString("\(host)-\(fileName)") }
}
