import Bytes
import Proxy
import Routing

/// Files of directives that exist only in a test, the first of them that of the host `red.test`.
struct HostFileText: VirtualHostFiles {
    var contents: [String: String]

    var root: String { "/etc/nginx" }
    var hostFolder: String { "/etc/nginx/vhost.d" }
    var hostFiles: [String] { ["red.test"] }
    var passwordFolder: String { "/etc/nginx/htpasswd" }
    var passwordFileNames: [String] { [] }

    func read(_ path: String) -> FileContent { contents[path].map { .bytes(Array($0.utf8)) } ?? .missing }

    func paths(matching pattern: String) -> [String] {
        pattern == "/etc/nginx/conf.d/*.conf" ? contents.keys.filter { $0.hasPrefix("/etc/nginx/conf.d/") } : []
    }
}

extension TestProxy {
    /// A proxy that serves the host `red.test` as a file says, in which `BACKEND` stands for the address of the backend.
    convenience init(
        file text: String, to backend: ScriptedBackend? = nil, passwordFiles: [String: PasswordSource] = [:],
        global: String? = nil
    ) throws {
        let text = backend.map { text.replacing("BACKEND", with: "\($0.endpoint)") } ?? text
        var files = HostFileText(contents: ["/etc/nginx/vhost.d/red.test": text])
        files.contents["/etc/nginx/conf.d/a.conf"] = global
        let snapshot = SnapshotBuilder.build(SnapshotInputs(files: files))
        if let error = snapshot.diagnostics.first(where: { $0.severity == .error }) { throw TestFault("\(error)") }
        try self.init(Array(snapshot.hosts), passwordFiles: passwordFiles)
        backends = backend.map { [$0] } ?? []
    }

    /// The answer to a request for the host `red.test`.
    func get(
        _ target: String, _ fields: String = "", method: String = "GET", host: String = "red.test"
    ) throws -> Message {
        try answer(to: "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n\(fields)\r\n", method: method)
    }
}
