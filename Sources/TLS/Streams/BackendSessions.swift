internal import COpenSSL

/// The last TLS session with one backend, under one `BackendContext` and name, to go on from: it spares both sides work.
///
/// It belongs to one worker.
package final class BackendSessions {
    private var session: OpenSSLObject?

    /// No session yet.
    package init() {}

    /// Forgets the session: a handshake that went on from it has failed.
    package func forget() { session = nil }

    /// Keeps a session, whose reference is taken over.
    func keep(_ session: OpaquePointer) { self.session = OpenSSLObject(session, release: SSL_SESSION_free) }

    /// Has a new connection go on from the session.
    ///
    /// From a copy: OpenSSL uses a session up, so that nobody who listens can tell which connections are one client's
    /// (RFC 8446 §C.4). Nobody is hidden on the way to a backend, and not every backend sends a new session each time.
    func resume(on connection: OpaquePointer) {
        guard let session, let copy = OpenSSLObject(SSL_SESSION_dup(session.pointer), release: SSL_SESSION_free)
        else { return }
        SSL_set_session(connection, copy.pointer)
    }
}
