import Bytes
import Foundation
import TLS

/// Certificates made on the spot.
enum TestCertificates {
    /// A self-signed certificate for the names and addresses, loaded through files as the server loads it.
    static func make(_ names: String..., addresses: [String] = []) throws -> Certificate {
        let folder = try ScratchFolder()
        let pair = try SelfSigned.make(names: names, addresses: addresses.compactMap { IPAddress($0) }, days: 30)
        try folder.write(pair, named: "pair")
        return try folder.load("pair")
    }

    /// Settings to serve such a certificate.
    static func context(_ names: String..., policy: TLSPolicy = .mozillaIntermediate) throws -> TLSContext {
        let folder = try ScratchFolder()
        try folder.write(try SelfSigned.make(names: names, addresses: [], days: 30), named: "pair")
        return try TLSContext(certificate: folder.load("pair"), policy: policy)
    }

    /// A selector that shows everyone the certificate.
    static func selector(fallback: TLSContext) -> CertificateSelector {
        var selector = CertificateSelector()
        selector.fallback = fallback
        return selector
    }
}

extension CertificateSelectorBuilder.Plan {
    /// Hosts with the pairs that serve them, all by one policy.
    init(
        _ certificates: [String: Certificate], hosts: [ByteString: String], defaultPair: String? = nil,
        policy: TLSPolicy = .mozillaIntermediate
    ) {
        self.init(certificates: certificates)
        self.hosts = hosts.mapValues { TLSHost($0, policy: policy) }
        stranger = defaultPair.map { TLSHost($0, policy: policy) }
    }
}
