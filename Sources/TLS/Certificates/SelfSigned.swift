package import Bytes
internal import COpenSSL

/// Makes certificates that vouch for themselves, for a host that has no authority's certificate yet.
package enum SelfSigned {
    /// A certificate and its private key, each in PEM form.
    package struct Pair: Sendable {
        /// The contents of the `.crt` file.
        package let certificate: [UInt8]
        /// The contents of the `.key` file, which nobody else may read.
        package let key: [UInt8]
    }

    /// How many days a certificate may be valid.
    package static let dayRange = 1...36_500

    /// Makes a certificate for hosts and addresses in text form; a host that is an address counts as one.
    ///
    /// - Throws: `SelfSignedError`
    package static func make(
        hosts: [String], addresses: [String], days: Int
    ) throws(SelfSignedError) -> Pair {
        // Clients compare an address with the addresses only, never with the names.
        var all = hosts.compactMap { IPAddress($0) }
        for text in addresses {
            guard let address = IPAddress(text) else { throw .badAddress(text) }
            all.append(address)
        }
        return try make(names: hosts.filter { IPAddress($0) == nil }, addresses: all, days: days)
    }

    /// Makes a key (ECDSA on P-256) and a certificate for a server that is reached by these names and addresses.
    ///
    /// A client that is given the certificate as an authority accepts it: as an end entity that is trusted itself, so it
    /// need not be an authority over others, and is none.
    /// - Throws: `SelfSignedError`
    package static func make(
        names: [String], addresses: [IPAddress], days: Int
    ) throws(SelfSignedError) -> Pair {
        guard !names.isEmpty || !addresses.isEmpty else { throw .nothingNamed }
        guard dayRange.contains(days) else { throw .badLifetime(days) }
        for name in names { guard isHostName(name) else { throw .badName(name) } }
        ERR_clear_error()
        guard let key = OpenSSLObject(portico_make_p256_key(), release: EVP_PKEY_free),
            let certificate = OpenSSLObject(X509_new(), release: X509_free)
        else { throw .failed(OpenSSLFault.take().text) }
        let alternatives = names.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }
        let isSigned =
            setSerialNumber(certificate.pointer) && setLifetime(certificate.pointer, days: days)
            && setSubject(certificate.pointer, names.first ?? addresses[0].description)
            && X509_set_version(certificate.pointer, Int(X509_VERSION_3)) == 1
            && X509_set_pubkey(certificate.pointer, key.pointer) == 1
            && add(NID_basic_constraints, "critical,CA:FALSE", to: certificate.pointer)
            && add(NID_key_usage, "critical,digitalSignature", to: certificate.pointer)
            && add(NID_ext_key_usage, "serverAuth", to: certificate.pointer)
            && add(NID_subject_key_identifier, "hash", to: certificate.pointer)
            && add(NID_subject_alt_name, alternatives.joined(separator: ","), to: certificate.pointer)
            && X509_sign(certificate.pointer, key.pointer, EVP_sha256()) > 0
        guard isSigned,
            let certificateText = text({ PEM_write_bio_X509($0, certificate.pointer) }),
            let keyText = text({ PEM_write_bio_PrivateKey($0, key.pointer, nil, nil, 0, nil, nil) })
        else { throw .failed(OpenSSLFault.take().text) }
        return Pair(certificate: certificateText, key: keyText)
    }

    /// Whether the text is a host name or `*.` and one (RFC 1123 §2.1; `_` is let through because it is in use).
    private static func isHostName(_ text: String) -> Bool {
        let name = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
        guard (1...253).contains(text.utf8.count) else { return false }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy {
                    ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                }
        }
    }

    /// 127 random bits: unique without a register, and positive (RFC 5280 §4.1.2.2).
    private static func setSerialNumber(_ certificate: OpaquePointer) -> Bool {
        let number = BN_new()
        defer { BN_free(number) }
        return BN_rand(number, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1
            && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
    }

    /// From an hour ago, because the clocks of clients differ.
    private static func setLifetime(_ certificate: OpaquePointer, days: Int) -> Bool {
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != nil
            && X509_time_adj_ex(X509_getm_notAfter(certificate), Int32(days), 0, nil) != nil
    }

    private static func setSubject(_ certificate: OpaquePointer, _ text: String) -> Bool {
        let name = X509_get_subject_name(certificate)
        // A common name has at most 64 characters (RFC 5280 appendix A.1); clients go by the alternative names.
        let bytes = Array(text.utf8.prefix(64))
        return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0) == 1
            && X509_set_issuer_name(certificate, name) == 1
    }

    private static func add(_ kind: Int32, _ value: String, to certificate: OpaquePointer) -> Bool {
        guard let part = portico_make_extension(certificate, kind, value) else { return false }
        defer { X509_EXTENSION_free(part) }
        return X509_add_ext(certificate, part, -1) == 1
    }

    private static func text(_ write: (OpaquePointer?) -> Int32) -> [UInt8]? {
        let target = BIO_new(BIO_s_secmem())
        defer { BIO_free_all(target) }
        var start: UnsafeMutablePointer<CChar>?
        guard write(target) == 1 else { return nil }
        let count = portico_bio_memory(target, &start)
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
