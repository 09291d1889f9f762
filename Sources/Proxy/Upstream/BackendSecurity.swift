internal import Bytes
internal import TLS

/// How a backend is reached over TLS.
struct BackendSecurity: Equatable {
    /// Whose certificates are believed.
    let context: BackendContext
    /// The name that the backend is asked for.
    let serverName: ByteString?

    static func == (a: BackendSecurity, b: BackendSecurity) -> Bool {
        a.context === b.context && a.serverName == b.serverName
    }
}
