/// One reference to an object of OpenSSL, given back when its owner goes.
///
/// `@unchecked Sendable`: OpenSSL counts these references atomically, and an object that is kept here is not changed
/// once it was set up; OpenSSL's own bookkeeping inside it takes locks.
final class OpenSSLObject: @unchecked Sendable {
    /// The object; it must not outlive this owner.
    let pointer: OpaquePointer
    private let release: @convention(c) (OpaquePointer?) -> Void

    /// Takes over one reference, which `release` will give back; nil when there is none to take.
    init?(_ pointer: OpaquePointer?, release: @escaping @convention(c) (OpaquePointer?) -> Void) {
        guard let pointer else { return nil }
        self.pointer = pointer
        self.release = release
    }

    deinit { release(pointer) }
}
