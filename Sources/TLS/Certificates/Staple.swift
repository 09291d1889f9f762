internal import Synchronization

/// The place beside a certificate for what its authority says of it, which handshakes take from memory (RFC 6066 §8).
package final class Staple: Sendable {
    private let kept = Mutex<CertificateStatus?>(nil)

    init() {}

    /// What is shown to clients at a time, counted in seconds from 1970; nil where there is nothing, or it is too old.
    package func status(at now: Int64) -> CertificateStatus? {
        kept.withLock { status in status.flatMap { now <= $0.notAfter ? $0 : nil } }
    }

    /// Has another status shown from now on; nil for none.
    package func replace(by status: CertificateStatus?) { kept.withLock { $0 = status } }
}
