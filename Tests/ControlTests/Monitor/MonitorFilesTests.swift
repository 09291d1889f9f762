import Foundation
import Net
import Testing

@testable import Control

@Suite("Files that the monitor opens")
struct MonitorFilesTests {
    private let served: ServedFolder
    private let files: MonitorFiles
    private let line: Line

    /// The end of whoever asks.
    private final class Line {
        let end: FileDescriptor

        init(_ raw: Int32) {
            end = FileDescriptor(owning: raw)
            Socket.setBlocking(raw, false)
        }
    }

    init() throws {
        served = try ServedFolder()
        var options = ServeOptions()
        options.certificates = served.folder.path("certs")
        options.virtualHosts = served.folder.path("vhost.d")
        options.passwords = served.folder.path("passwords")
        options.logFolder = served.folder.path("logs")
        options.docker = "none"
        try served.folder.makeFolder("logs")
        let (own, other) = try SocketPair(.packets).release()
        line = Line(own)
        files = MonitorFiles(
            FileDescriptor(owning: other), settings: try Settings(options: options, environment: Environment([:])))
        try served.folder.write("certs/a.key", "key")
    }

    /// The answer's error number, and what stands in the file that came with it.
    private func ask(_ bytes: [UInt8]) throws -> (code: Int32, content: String?) {
        try Socket.send(line.end.raw, bytes)
        files.ready([])
        let (answer, descriptors) = try Socket.receive(line.end.raw, limit: 8, descriptorLimit: 1)
        let code = answer.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) }
        let content = descriptors.first.map { raw in
            // A log can be written only.
            String(
                decoding: (try? FileHandle(fileDescriptor: raw, closeOnDealloc: true).readToEnd()) ?? Data(),
                as: UTF8.self)
        }
        return (code, content)
    }

    private func ask(_ request: ProtectedFiles.Request, _ path: String) throws -> (code: Int32, content: String?) {
        try ask([request.rawValue] + Array(path.utf8))
    }

    @Test("are those beneath the folders of the settings")
    func beneath() throws {
        let path = served.folder.path("certs/a.key")
        #expect(try ask(.read, path).content == "key")
        #expect(try ask(.read, served.folder.path("certs/./a.key")).content == "key")
        #expect(try ask(.read, served.folder.path("certs/b.key")).code == ENOENT)
    }

    @Test("are logs beneath their folder, which are made")
    func logs() throws {
        #expect(try ask(.append, served.folder.path("logs/new.log")).code == 0)
        #expect(try ask(.append, served.folder.path("certs/new.log")).code == EACCES)
        try FileManager.default.createSymbolicLink(
            atPath: served.folder.path("logs/link"), withDestinationPath: served.folder.path("certs/a.key"))
        #expect(try ask(.append, served.folder.path("logs/link")).code == ELOOP)
    }

    @Test("lie behind links that the operator has placed")
    func links() throws {
        try FileManager.default.createSymbolicLink(
            atPath: served.folder.path("certs/link.key"), withDestinationPath: "a.key")
        #expect(try ask(.read, served.folder.path("certs/link.key")).content == "key")
    }

    @Test("are never sockets, fifos or devices")
    func kinds() throws {
        #expect(mkfifo(served.folder.path("certs/fifo"), 0o644) == 0)
        #expect(try ask(.read, served.folder.path("certs/fifo")).code == EACCES)
        try FileManager.default.createSymbolicLink(
            atPath: served.folder.path("certs/null"), withDestinationPath: "/dev/null")
        #expect(try ask(.read, served.folder.path("certs/null")).code == EACCES)
    }

    @Test("are elsewhere only those that everybody may read", .enabled(if: geteuid() == 0, "needs root"))
    func elsewhere() throws {
        #expect(try ask(.read, "/etc/passwd").code == 0)
        #expect(try ask(.read, "/etc/shadow").code == EACCES)
        #expect(try ask(.find, "/root/.ssh").code == EACCES)
        #expect(geteuid() == 0)
        #expect(try ask(.read, served.folder.path("certs/a.key")).content == "key", "and then again those of root")
    }

    @Test("are elsewhere none that only a group may read", .enabled(if: geteuid() == 0, "needs root"))
    func elsewhereByGroup() throws {
        let path = NSTemporaryDirectory() + "/monitor-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("secret".utf8).write(to: URL(fileURLWithPath: path))
        #expect(chmod(path, 0o440) == 0)
        #expect(try ask(.read, path).code == EACCES)
        #expect(chmod(path, 0o444) == 0)
        #expect(try ask(.read, path).content == "secret")
    }

    @Test(
        "are not found by what is no path",
        arguments: [[0], [9, 0x2f], [1], [1, 0x2f, 0], [1, 0xc3, 0x28], [1] + Array("/etc/../etc/passwd".utf8)]
            as [[UInt8]])
    func hostile(bytes: [UInt8]) throws {
        #expect(try ask(bytes).code == EINVAL)
    }

    @Test("do not climb out of their folder")
    func climbing() throws {
        for path in ["certs/../../../etc/passwd", "certs/..", "../x"] {
            #expect(try ask(.read, served.folder.path(path)).code == EINVAL, "\(path)")
        }
    }
}
