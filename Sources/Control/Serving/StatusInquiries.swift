internal import Routing
internal import TLS

/// The certificates whose status is to be asked for: those with a `PAIR.chain.pem` beside them.
struct StatusInquiries {
    /// The questions, by pair.
    private(set) var byPair: [String: StatusInquiry] = [:]
    /// What was found wrong.
    private(set) var diagnostics: [Diagnostic] = []

    private var known: [String: (content: FileContent, certificate: Certificate)] = [:]

    /// Reads the files, those that have changed anew. A question about a certificate that stays is the same object.
    mutating func update(_ folder: CertificateFolder, files: FileStore) {
        let before = (byPair, known)
        byPair = [:]
        known = [:]
        diagnostics = []
        for (pair, certificate) in folder.certificates.sorted(by: { $0.key < $1.key })
        where folder.fileNames.contains("\(pair).chain.pem") {
            let path = "\(folder.path)/\(pair).chain.pem"
            let content = files.content(of: path)
            known[pair] = (content, certificate)
            if let inquiry = before.0[pair], let last = before.1[pair], last.content == content,
                last.certificate === certificate
            {
                byPair[pair] = inquiry
                continue
            }
            byPair[pair] = inquiry(about: certificate, content, at: path)
        }
    }

    private mutating func inquiry(
        about certificate: Certificate, _ content: FileContent, at path: String
    ) -> StatusInquiry? {
        do throws(CertificateError) {
            switch content {
            case .bytes(let bytes): return try StatusInquiry(of: certificate, authorities: bytes, path: path)
            case .missing: throw .missing(path)
            case .unreadable(let reason): throw .refused(path, reason: reason)
            }
        } catch {
            let text = error.description
            let reason = text.hasPrefix("\(path): ") ? String(text.dropFirst(path.count + 2)) : text
            diagnostics.append(
                Diagnostic(
                    .warning, at: .wholeFile(path), "no OCSP answers are stapled: \(reason)",
                    hint: "it must hold the certificates of the authority that has signed the pair"))
            return nil
        }
    }
}
