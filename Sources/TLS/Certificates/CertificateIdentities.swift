/// The states of the two files that a certificate was read from.
struct CertificateIdentities: Sendable {
    /// The state of the `.crt` file.
    let certificate: FileIdentity
    /// The state of the `.key` file.
    let key: FileIdentity
    /// Whether neither had changed shortly before it was read. If one had, a later change might bear the same time.
    let areSettled: Bool

    /// The states of two files that have just been read.
    init(certificate: FileIdentity, key: FileIdentity) {
        self.certificate = certificate
        self.key = key
        let settled = FileIdentity.now - Self.clockStep
        areSettled = certificate.modified < settled && key.modified < settled
    }

    /// Whether the files at these paths are the ones that were read, unchanged.
    func areCurrent(certificate: String, key: String) -> Bool {
        areSettled && FileIdentity(path: certificate) == self.certificate && FileIdentity(path: key) == self.key
    }

    /// File systems stamp a change with a clock that stands still for so many nanoseconds at the most.
    private static let clockStep: Int64 = 20_000_000
}
