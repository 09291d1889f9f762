private import COpenSSL
private import Synchronization

/// Secret bytes on their way to another thread, overwritten as soon as nobody holds them any more.
package final class SecretBytes: Sendable {
    private let bytes: Mutex<[UInt8]>

    /// A copy of the bytes.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = Mutex(Array(bytes)) }

    deinit {
        bytes.withLock { bytes in
            bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
        }
    }

    /// Calls the body with the bytes, one caller at a time.
    package func withBytes<Result: Sendable>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withLock { bytes in bytes.withUnsafeBytes { body($0) } }
    }
}
