internal import Bytes
internal import Net
internal import Proxy
internal import TLS

#if canImport(Glibc)
    private import Glibc
#endif

/// Why the server cannot start, in words that say what to do.
package enum ServeError: Error, Sendable {
    /// An address cannot be listened on; the text says why.
    case listen(address: String, reason: String)
    /// The control socket cannot be opened.
    case controlSocket(String)
    /// The access log cannot be opened.
    case accessLog(path: String, reason: String)
    /// The server cannot take over from another one.
    case takeover(String)
    /// The process cannot become the user that it shall serve as.
    case user(String, reason: String)
    /// The kernel does not offer the confinement that was demanded.
    case sandbox(String)
    /// The system refuses something that every server needs.
    case system(String)

    init(_ error: ListenError, https: [Endpoint]) {
        guard let address = error.address else {
            self = .system(error.cause.description)
            return
        }
        let flag = https.contains(address) ? "--https" : "--http"
        let advice =
            switch error.cause.code {
            case EADDRINUSE: "Stop the program that uses it, or choose another port with \(flag)."
            case EACCES: "Ports below 1024 need root or the capability NET_BIND_SERVICE: choose another with \(flag)."
            case EADDRNOTAVAIL: "This machine has no such address: choose another with \(flag)."
            default: "Choose another address with \(flag)."
            }
        self = .listen(address: address.description, reason: "\(error.cause.message). \(advice)")
    }
}

extension ServeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .listen(let address, let reason): "Cannot listen on \(address): \(reason)"
        case .controlSocket(let text): text
        case .accessLog(let path, let reason): "The access log \(path) cannot be opened: \(reason)."
        case .takeover(let reason): "Cannot take over: \(reason)."
        case .user(let name, let reason): "Cannot become the user \(name): \(reason)."
        case .sandbox(let reason):
            "The kernel does not offer what --sandbox required demands: \(reason). Give --sandbox auto to serve without."
        case .system(let reason): "The system refuses to run a server: \(reason)."
        }
    }
}
