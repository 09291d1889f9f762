import Foundation
import Testing

@testable import Passwords

@Suite("Password files on disk", .timeLimit(.minutes(10)))
final class PasswordFileEditorTests {
    private static let hash = "{SHA}L55TUjtiq8FBorTWAZ0jy6g129A="
    private static let otherHash = "abhfCpXqd4GrI"

    private let folder: String
    private var path: String { folder + "/registry.test" }
    private var editor: PasswordFileEditor { PasswordFileEditor(path: path) }

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/passwords-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    @Test("makes a file with mode 0640 for the first user, and leaves nothing else in the folder")
    func newFile() throws {
        #expect(try editor.set(user: "alice", hash: Self.hash) == .added)
        #expect(try text() == "alice:\(Self.hash)\n")
        #expect(try mode() == 0o640)
        #expect(try editor.set(user: "alice", hash: Self.otherHash) == .replaced)
        #expect(try editor.set(user: "bob", hash: Self.hash) == .added)
        #expect(try text() == "alice:\(Self.otherHash)\nbob:\(Self.hash)\n")
        #expect(try names() == ["registry.test"])
    }

    @Test("keeps the mode of the file, and its owner where it may", arguments: [0o600, 0o644, 0o660])
    func keepsMode(_ mode: Int) throws {
        try write("alice:x\n", mode: mode)
        let isRoot = getuid() == 0
        if isRoot { #expect(chown(path, 4_321, 5_432) == 0) }
        try editor.set(user: "bob", hash: Self.hash)
        #expect(try self.mode() == mode)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(!isRoot || (status.st_uid == 4_321 && status.st_gid == 5_432))
    }

    @Test("replaces the file, so that a reader of the old one reads on undisturbed")
    func replaces() throws {
        try write("alice:x\n")
        let old = try #require(FileHandle(forReadingAtPath: path))
        try editor.set(user: "alice", hash: Self.hash)
        #expect(try old.readToEnd() == Data("alice:x\n".utf8))
    }

    @Test("removes users, and keeps the file when the last one goes")
    func removes() throws {
        try write("# c\nalice:x\nbob:y\nalice:z\n")
        #expect(try editor.remove(user: "alice") == 2)
        #expect(try text() == "# c\nbob:y\n")
        #expect(try editor.remove(user: "alice") == 0)
        #expect(try editor.remove(user: "bob") == 1)
        #expect(try text() == "# c\n")
        #expect(throws: PasswordError.missingFile(folder + "/none")) {
            try PasswordFileEditor(path: folder + "/none").remove(user: "x")
        }
    }

    @Test("follows a symbolic link to the file and keeps the link")
    func followsLinks() throws {
        let target = folder + "/real"
        try Data("alice:x\n".utf8).write(to: URL(filePath: target))
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "real")
        try editor.set(user: "alice", hash: Self.hash)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "real")
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "alice:\(Self.hash)\n")
        #expect(try names() == ["real", "registry.test"])
    }

    @Test("leaves everything as it was when it cannot do its work")
    func failures() throws {
        try FileManager.default.createSymbolicLink(atPath: folder + "/dangling", withDestinationPath: "nowhere")
        #expect(throws: PasswordError.self) {
            try PasswordFileEditor(path: folder + "/dangling").set(user: "a", hash: Self.hash)
        }
        try FileManager.default.createDirectory(atPath: folder + "/folder", withIntermediateDirectories: false)
        #expect(throws: PasswordError.notAFile(folder + "/folder")) {
            try PasswordFileEditor(path: folder + "/folder").set(user: "a", hash: Self.hash)
        }
        #expect(throws: PasswordError.self) {
            try PasswordFileEditor(path: folder + "/no/such/folder").set(user: "a", hash: Self.hash)
        }
        let full = String(repeating: "#", count: PasswordFile.sizeLimit)
        try write(full)
        #expect(throws: PasswordError.tooLarge(path)) { try editor.set(user: "a", hash: Self.hash) }
        #expect(try text() == full)
        try write("alice:x\n")
        #expect(throws: PasswordError.self) { try editor.set(user: "alice", hash: "no hash at all") }
        #expect(try text() == "alice:x\n")
        #expect(try names() == ["dangling", "folder", "registry.test"])
    }

    @Test(
        "refuses names that could not be found again",
        arguments: [
            "", "a:b", "a\nb", "a\r", "a\tb", "\0", "#a", "\u{feff}a", "\u{7f}", String(repeating: "a", count: 256),
        ])
    func refusesNames(_ user: String) {
        #expect(throws: PasswordError.self) { try editor.set(user: user, hash: Self.hash) }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(
        "takes names that are unusual and yet found again",
        arguments: ["ü", "a b", " a ", "a#", "a/b", "..", "-x", "$(id)"])
    func takesNames(_ user: String) throws {
        try editor.set(user: user, hash: Self.hash)
        #expect(try PasswordFile.load(path).entry(user) != nil)
        #expect(try editor.remove(user: user) == 1)
    }

    @Test("never shows a reader half a file")
    func concurrentReaders() throws {
        let users = 400
        try write((0..<users).map { "user\($0):\(Self.hash)\n" }.joined())
        let path = path
        DispatchQueue.concurrentPerform(iterations: 4) { worker in
            for round in 0..<60 {
                do {
                    if worker == 0 {
                        let hash = round.isMultiple(of: 2) ? Self.otherHash : Self.hash
                        try PasswordFileEditor(path: path).set(user: "user\(round)", hash: hash)
                    } else {
                        let file = try PasswordFile.load(path)
                        #expect(file.count == users)
                        #expect(file.problems.isEmpty)
                    }
                } catch {
                    Issue.record(error)
                }
            }
        }
    }

    @Test("loses no change when several edit at the same time")
    func concurrentEditors() throws {
        let path = path
        DispatchQueue.concurrentPerform(iterations: 4) { worker in
            for round in 0..<15 {
                #expect(throws: Never.self) {
                    try PasswordFileEditor(path: path).set(user: "user\(worker)-\(round)", hash: Self.hash)
                }
            }
        }
        #expect(try PasswordFile.load(path).count == 60)
        #expect(try names() == ["registry.test"])
    }

    @Test("does not read a folder, a pipe, or a file that is too large")
    func loading() throws {
        #expect(throws: PasswordError.missingFile(path)) { try PasswordFile.load(path) }
        #expect(throws: PasswordError.notAFile(folder)) { try PasswordFile.load(folder) }
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: PasswordError.notAFile(path)) { try PasswordFile.load(path) }
        #expect(throws: PasswordError.system(path: path + "/x", action: "open it", code: ENOTDIR)) {
            try PasswordFile.load(path + "/x")
        }
        unlink(path)
        try write(String(repeating: "#", count: PasswordFile.sizeLimit))
        #expect(try PasswordFile.load(path).count == 0)
        try write(String(repeating: "#", count: PasswordFile.sizeLimit + 1))
        #expect(throws: PasswordError.tooLarge(path)) { try PasswordFile.load(path) }
    }

    private func write(_ text: String, mode: Int = 0o644) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

    private func mode() throws -> Int {
        var status = stat()
        #expect(stat(path, &status) == 0)
        return Int(status.st_mode & 0o7777)
    }
}
