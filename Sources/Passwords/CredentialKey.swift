/// What a credential is remembered by: a MAC of it, which tells nothing about it without the process's key.
package struct CredentialKey: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(low) }
}
