internal import Passwords

/// What other threads tell a worker.
enum WorkerMessage: Sendable {
    /// Route by this from now on.
    case serve(ServingConfiguration)
    /// A password was checked.
    case verified(CredentialKey, CredentialVerdict)
    /// This is how much memory there is.
    case memory(MemoryPressure)
    /// Listen on this as well.
    case listen(ListeningSocket)
    /// Listen there no more, and let its connections end with their exchange.
    case stopListening(ListenAddress)
    /// Accept nothing more, let what runs end, then stop.
    case drain
    /// The same, but connections end only behind an answer that says so: another process accepts, and nothing hurries.
    case retire
    /// Stop now.
    case stop
}
