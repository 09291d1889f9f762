package import Bytes
internal import COpenSSL

/// The certificate that a client has shown. What it says is found out when it is asked for, and kept.
package final class ClientCertificate {
    /// The subject's name as in RFC 2253.
    package private(set) lazy var subject = Self.text(of: X509_get_subject_name(object.pointer))
    /// The issuer's name as in RFC 2253.
    package private(set) lazy var issuer = Self.text(of: X509_get_issuer_name(object.pointer))
    /// The serial number in hexadecimal digits.
    package private(set) lazy var serial = Self.written { i2a_ASN1_INTEGER($0, X509_get0_serialNumber(object.pointer)) }
    /// The SHA-1 digest of the certificate in hexadecimal digits.
    package private(set) lazy var fingerprint = digest()
    /// The certificate in PEM form.
    package private(set) lazy var pem = Self.written { PEM_write_bio_X509($0, object.pointer) }
    /// The first moment at which it is valid, as `May  4 11:00:00 2026 GMT`.
    package private(set) lazy var validFrom = Self.written { ASN1_TIME_print($0, X509_get0_notBefore(object.pointer)) }
    /// The last moment at which it is valid.
    package private(set) lazy var validUntil = Self.written { ASN1_TIME_print($0, X509_get0_notAfter(object.pointer)) }

    /// The last second at which it is valid, counted from 1970.
    package let notAfter: Int64

    private let object: OpenSSLObject

    /// Takes over a reference to an X509; nil when there is none.
    init?(_ certificate: OpaquePointer?) {
        guard let object = OpenSSLObject(certificate, release: X509_free) else { return nil }
        self.object = object
        notAfter = Certificate.seconds(X509_get0_notAfter(object.pointer))
    }

    private func digest() -> ByteString {
        var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
        X509_digest(object.pointer, EVP_sha1(), &digest, nil)
        return ByteString(digest.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] })
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func text(of name: OpaquePointer?) -> ByteString {
        written { X509_NAME_print_ex($0, name, 0, portico_name_rfc2253()) }
    }

    private static func written(_ write: (OpaquePointer?) -> Int32) -> ByteString {
        let memory = BIO_new(BIO_s_mem())
        defer {
            BIO_free(memory)
            ERR_clear_error()
        }
        _ = write(memory)
        var start: UnsafeMutablePointer<CChar>?
        let count = portico_bio_memory(memory, &start)
        return ByteString(UnsafeRawBufferPointer(start: start, count: max(count, 0)))
    }
}
