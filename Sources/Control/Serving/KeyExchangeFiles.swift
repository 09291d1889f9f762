internal import Routing
internal import TLS

/// The groups for finite-field DHE: `PAIR.dhparam.pem` beside a certificate, else `dhparam/dhparam.pem` of all, else one of
/// RFC 7919.
struct KeyExchangeFiles {
    /// The groups of pairs that have their own.
    private(set) var byPair: [String: DHParameters] = [:]
    /// The group of the others; nil for none.
    private(set) var standard: DHParameters?
    /// What was found wrong.
    private(set) var diagnostics: [Diagnostic] = []

    private var loaded: [String: (content: FileContent, result: Result<DHParameters, CertificateError>)] = [:]

    /// Reads the files, those that have changed anew.
    ///
    /// - Parameters:
    ///   - folder: the certificates.
    ///   - path: the file of all.
    ///   - bits: the size of the group where there is no such file; nil for none.
    mutating func update(_ folder: CertificateFolder, standard path: String, bits: Int?, files: FileStore) {
        let known = loaded
        loaded = [:]
        diagnostics = []
        byPair = [:]
        let fallback = bits.flatMap { $0 == standard?.bits && known[path] == nil ? standard : DHParameters(bits: $0) }
        standard = load(path, known[path], files) ?? fallback
        for pair in folder.certificates.keys.sorted() where folder.fileNames.contains("\(pair).dhparam.pem") {
            let path = "\(folder.path)/\(pair).dhparam.pem"
            byPair[pair] = load(path, known[path], files)
        }
    }

    private mutating func load(
        _ path: String, _ known: (content: FileContent, result: Result<DHParameters, CertificateError>)?,
        _ files: FileStore
    ) -> DHParameters? {
        let content = files.content(of: path)
        guard content != .missing else { return nil }
        let result = known.flatMap { $0.content == content ? $0.result : nil } ?? Self.read(content, path)
        loaded[path] = (content, result)
        switch result {
        case .success(let parameters): return parameters
        case .failure(let error):
            let text = error.description
            let reason = text.hasPrefix("\(path): ") ? String(text.dropFirst(path.count + 2)) : text
            diagnostics.append(
                Diagnostic(
                    .error, at: .wholeFile(path), "\(reason); it has no effect",
                    hint: "make it with: openssl dhparam -out \(path) 2048"))
            return nil
        }
    }

    private static func read(_ content: FileContent, _ path: String) -> Result<DHParameters, CertificateError> {
        switch content {
        case .bytes(let bytes):
            do throws(CertificateError) {
                return .success(try DHParameters(pem: bytes, path: path))
            } catch {
                return .failure(error)
            }
        case .missing: return .failure(.missing(path))
        case .unreadable(let reason): return .failure(.refused(path, reason: reason))
        }
    }
}
