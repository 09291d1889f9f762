import Net
import Passwords
import Proxy
import Synchronization

/// Stands in for a worker's mailbox: keeps verdicts until the test asks for them.
final class VerdictInbox: Sendable {
    private let verdicts = Mutex<[(key: CredentialKey, verdict: CredentialVerdict)]>([])
    private let arrivals: Semaphore

    init() throws { arrivals = try Semaphore() }

    /// What to hand to those who deliver.
    var deliver: @Sendable (CredentialKey, CredentialVerdict) -> Void {
        { key, verdict in
            self.verdicts.withLock { $0.append((key, verdict)) }
            self.arrivals.signal()
        }
    }

    /// How many verdicts came that `next` did not return yet.
    var count: Int { verdicts.withLock { $0.count } }

    /// The next verdict, which the test waits for.
    func next() -> (key: CredentialKey, verdict: CredentialVerdict) {
        arrivals.wait()
        return verdicts.withLock { $0.removeFirst() }
    }
}
