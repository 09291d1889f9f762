internal import Bytes
internal import COpenSSL

/// The names and addresses that a certificate is issued for.
struct SubjectNames {
    private(set) var names: [String] = []
    private(set) var addresses: [IPAddress] = []
    /// Whether they stand in the subjectAltName extension (RFC 5280 §4.2.1.6) and not only in the subject.
    private(set) var areAlternative = false

    /// Reads the names of an X.509 certificate.
    init(of certificate: OpaquePointer) {
        if let list = portico_alternative_names(certificate) {
            areAlternative = true
            for index in 0..<portico_general_name_count(list) {
                guard let name = portico_general_name(list, index) else { continue }
                append(name.pointee)
            }
            GENERAL_NAMES_free(list)
        } else if let name = Self.commonName(of: certificate) {
            names.append(name)
        }
        ERR_clear_error()
    }

    private mutating func append(_ name: GENERAL_NAME) {
        switch name.type {
        case GEN_DNS:
            guard let text = name.d.dNSName else { return }
            names.append(Self.lowercased(Self.bytes(of: text)))
        case GEN_IPADD:
            guard let octets = name.d.iPAddress else { return }
            let bytes = Self.bytes(of: octets)
            if bytes.count == 4 {
                addresses.append(IPAddress(ipv4: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))))
            } else if bytes.count == 16 {
                addresses.append(
                    IPAddress(
                        ipv6: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))))
            }
        default: break
        }
    }

    private static func commonName(of certificate: OpaquePointer) -> String? {
        let subject = X509_get_subject_name(certificate)
        let index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
        guard index >= 0, let text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)) else { return nil }
        return lowercased(bytes(of: UnsafeMutablePointer(mutating: text)))
    }

    private static func bytes(of text: UnsafeMutablePointer<ASN1_STRING>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: ASN1_STRING_get0_data(text), count: Int(ASN1_STRING_length(text)))
    }

    private static func lowercased(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.map(ASCII.lowercased), as: UTF8.self)
    }
}
