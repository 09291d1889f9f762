import Bytes
import Foundation
import TLS

/// A certificate made on the spot, which signs itself.
struct TestCertificate {
    /// Its PEM form.
    let bytes: [UInt8]
    let context: TLSContext

    init(_ name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("proxy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let pair = try SelfSigned.make(names: [name], addresses: [], days: 30)
        let (certificate, key) = (folder.appendingPathComponent("a.crt"), folder.appendingPathComponent("a.key"))
        try Data(pair.certificate).write(to: certificate)
        try Data(pair.key).write(to: key)
        bytes = pair.certificate
        context = try TLSContext(certificate: Certificate.load(certificate: certificate.path, key: key.path))
    }

    /// A selector that shows it to everyone.
    var selector: CertificateSelector {
        var selector = CertificateSelector()
        selector.fallback = context
        return selector
    }
}
