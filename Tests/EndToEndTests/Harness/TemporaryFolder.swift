import Foundation

/// A folder that goes when its owner does.
final class TemporaryFolder: Sendable {
    let path: String

    init(under parent: String = "/var/tmp") throws {
        path = parent + "/portico-test-\(getpid())-\(UInt32.random(in: 0...(.max)))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` in this folder.
    subscript(name: String) -> String { path + "/" + name }

    /// Makes a folder in this one.
    @discardableResult
    func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: self[name], withIntermediateDirectories: true)
        return self[name]
    }

    /// Puts a file in place whole, as a careful editor does: written beside it, then renamed over it.
    func write(_ name: String, _ text: String) throws {
        try FileManager.default.createDirectory(
            atPath: URL(filePath: self[name]).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: self[name]), options: .atomic)
    }

    /// The text of a file; empty where there is none.
    func read(_ name: String) -> String {
        (try? Data(contentsOf: URL(filePath: self[name]))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
