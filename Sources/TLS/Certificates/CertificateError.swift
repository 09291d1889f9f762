package import Net

/// Why a certificate and its key cannot be used, and in which file the fault is.
package enum CertificateError: Error, Equatable, Sendable {
    /// The file changed while it was read; its writer was not done.
    case changing(String)
    /// The file has no bytes.
    case empty(String)
    /// The key is protected by a passphrase, which nobody could type in.
    case encryptedKey(String)
    /// The certificate at this place of the file (from 1) is broken; the text is OpenSSL's reason.
    case malformedCertificate(String, Int, reason: String)
    /// The key is broken; the text is OpenSSL's reason.
    case malformedKey(String, reason: String)
    /// The list of revocations at this place of the file (from 1) is broken; the text is OpenSSL's reason.
    case malformedRevocations(String, Int, reason: String)
    /// The key belongs to another certificate.
    case mismatch(certificate: String, key: String)
    /// The file is not there.
    case missing(String)
    /// The file has no certificate in PEM form.
    case noCertificate(String)
    /// The file has no private key in PEM form.
    case noKey(String)
    /// The file has no parameters of Diffie-Hellman in PEM form.
    case noParameters(String)
    /// The file has no list of revocations in PEM form.
    case noRevocations(String)
    /// The path leads to a folder or device.
    case notRegular(String)
    /// OpenSSL will not serve the certificate, as with too short a key; the text is its reason.
    case refused(String, reason: String)
    /// The file is longer than any certificate or key.
    case tooLarge(String)
    /// The file cannot be read.
    case unreadable(String, SystemError)
    /// The key fits a later certificate of the file: the server's own must come first.
    case wrongOrder(String)

    /// The path of the file at fault.
    package var path: String {
        switch self {
        case .changing(let path), .empty(let path), .encryptedKey(let path), .malformedCertificate(let path, _, _),
            .malformedKey(let path, _), .malformedRevocations(let path, _, _), .mismatch(_, let path),
            .missing(let path), .noCertificate(let path),
            .noKey(let path), .noParameters(let path), .noRevocations(let path), .notRegular(let path),
            .refused(let path, _),
            .tooLarge(let path),
            .unreadable(let path, _), .wrongOrder(let path):
            path
        }
    }
}

extension CertificateError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .changing(let path): "\(path): changed while it was read"
        case .empty(let path): "\(path): the file is empty"
        case .encryptedKey(let path):
            // Not in place: openssl empties the file that it writes to before it reads the other.
            "\(path): the key has a passphrase, which nobody could type in; remove it with "
                + "`openssl pkey -in \(path) -out \(path).new && mv \(path).new \(path)`"
        case .malformedCertificate(let path, let number, let reason):
            "\(path): certificate \(number) of the file is broken: \(reason)"
        case .malformedKey(let path, let reason): "\(path): the private key is broken: \(reason)"
        case .malformedRevocations(let path, let number, let reason):
            "\(path): list of revocations \(number) of the file is broken: \(reason)"
        case .mismatch(let certificate, let key): "\(key): the key does not match the certificate \(certificate)"
        case .missing(let path): "\(path): no such file"
        case .noCertificate(let path): "\(path): not a certificate in PEM form"
        case .noKey(let path): "\(path): not a private key in PEM form"
        case .noParameters(let path): "\(path): not the parameters of Diffie-Hellman in PEM form"
        case .noRevocations(let path): "\(path): not a list of revocations (CRL) in PEM form"
        case .notRegular(let path): "\(path): not a file"
        case .refused(let path, let reason): "\(path): the certificate cannot be served: \(reason)"
        case .tooLarge(let path): "\(path): larger than \(CredentialFile.sizeLimit / 1024) KiB"
        case .unreadable(let path, let error): "\(path): cannot be read: \(error.message)"
        case .wrongOrder(let path):
            "\(path): the server's own certificate must come first, then those of the authorities"
        }
    }
}
