internal import Passwords

/// What other threads tell a worker.
enum WorkerMessage: Sendable {
    /// Route by this from now on.
    case serve(ServingConfiguration)
    /// A password was checked.
    case verified(CredentialKey, CredentialVerdict)
    /// Accept nothing more, let what runs end, then stop.
    case drain
    /// Stop now.
    case stop
    /// Write the counters into the report.
    case report(@Sendable (WorkerCounters) -> Void)
}
