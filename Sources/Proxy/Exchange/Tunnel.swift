/// How far the two directions of an exchange are that carries another protocol (101).
struct Tunnel {
    /// The client sends nothing more.
    var hasClientEnded = false
    /// The backend sends nothing more.
    var hasBackendEnded = false
    /// The backend's connection has taken all that came from the client, and its end.
    var isSent = false
}
