import Foundation

/// The hosts of some cases and the folder with their files; it goes when its owner does.
final class Site {
    /// A case and the name of its host.
    struct Host {
        let name: String
        let subject: Case
        /// The host's file with its placeholders filled in.
        let file: String
        let backend: UInt16

        var porticoFile: String { (subject.isRouted ? "proxy_pass http://127.0.0.1:\(backend);\n" : "") + file }
    }

    let path: String
    let hosts: [Host]

    init(_ cases: [Case], backend: UInt16) throws {
        var template = Array((NSTemporaryDirectory() + "/differential-XXXXXX").utf8CString)
        guard let made = mkdtemp(&template) else { throw HarnessError("no temporary folder: error \(errno)") }
        let path = String(cString: made)
        self.path = path
        // nginx, started by the administrator, reads as another user.
        chmod(path, 0o755)
        hosts = cases.enumerated().map { index, subject in
            let file = subject.file.replacingOccurrences(of: "@BACKEND@", with: "127.0.0.1:\(backend)")
                .replacingOccurrences(of: "@FOLDER@", with: path)
            return Host(name: "c\(index).test", subject: subject, file: file, backend: backend)
        }
        for folder in ["vhost.d", "certs", "passwords"] {
            try FileManager.default.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
        }
        for (name, content) in cases.flatMap(\.files) { try write(name, content) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        let file = URL(filePath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }
}
