internal import Bytes
internal import Routing
internal import TLS

/// Whose certificates are believed of each host's backends over TLS: `NAME.upstream-ca.crt` in the folder of certificates
/// says so; where there is none, every certificate is believed, as in nginx-proxy.
struct BackendAuthorities {
    /// What the last update came to; a host whose file could never be used is missing.
    private(set) var contexts: [ByteString: BackendContext] = [:]
    /// What was found wrong or worth saying, by host.
    private(set) var diagnostics: [Diagnostic] = []

    private var loaded: [ByteString: (content: FileContent, context: BackendContext?)] = [:]
    private var unverified: BackendContext?
    /// The hosts of the last update, and what those of them ask for whose backends are reached over TLS.
    private var hosts: HostList = []
    private var asking: [ByteString: [UpstreamTLS]] = [:]

    /// Reads the files of the hosts whose backends are reached over TLS, those that have changed anew.
    mutating func update(_ snapshot: RoutingSnapshot, folder: String, files: FileStore) {
        var kept: [ByteString: (content: FileContent, context: BackendContext?)] = [:]
        contexts = [:]
        diagnostics = []
        noteChanges(snapshot.hosts)
        let settings = asking.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }.flatMap(\.value)
        let paths = Dictionary(settings.map { ($0.host, $0.authorities) }) { first, _ in first }
        for (host, named) in paths.sorted(by: { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }) {
            let path = named ?? "\(folder)/\(host.text).upstream-ca.crt"
            var content = files.content(of: path)
            // Whoever asks for verification must not lose it with the file.
            if named != nil, content == .missing { content = .unreadable("there is no such file") }
            let known = loaded[host]
            let context = context(content, path: path, host: host, known: known)
            kept[host] = (content, context)
            contexts[host] = context
        }
        loaded = kept
    }

    private mutating func noteChanges(_ hosts: HostList) {
        let changes = hosts.changes(since: self.hosts)
        self.hosts = hosts
        for object in changes.gone { asking[object.host.name] = nil }
        for object in changes.new {
            let locations = object.host.locations.filter(\.isOverTLS)
            if !locations.isEmpty { asking[object.host.name] = locations.flatMap { $0.upstreams.compactMap(\.tls) } }
        }
    }

    private mutating func context(
        _ content: FileContent, path: String, host: ByteString, known: (content: FileContent, context: BackendContext?)?
    ) -> BackendContext? {
        let last = known.flatMap { $0.context?.isVerifying == true ? $0.context : nil }
        let reason: String
        switch content {
        case .missing:
            diagnostics.append(
                Diagnostic(
                    .note, at: .wholeFile(path),
                    "there is no such file, so the certificates of \(host.text)'s backends are not verified",
                    hint: "put the certificate there that signed them, or their own"))
            return unverifiedContext()
        case .unreadable(let error):
            reason = error
        case .bytes(let bytes):
            do throws(CertificateError) {
                if let last, known?.content == content { return last }
                return try BackendContext(authorities: bytes, path: path)
            } catch {
                let text = error.description
                reason = text.hasPrefix("\(path): ") ? String(text.dropFirst(path.count + 2)) : text
            }
        }
        let outcome =
            last == nil ? "requests for \(host.text) are answered with 502" : "what was read before stays in use"
        diagnostics.append(Diagnostic(.error, at: .wholeFile(path), "\(reason); \(outcome)"))
        return last
    }

    private mutating func unverifiedContext() -> BackendContext? {
        if unverified == nil { unverified = try? BackendContext() }
        return unverified
    }
}
