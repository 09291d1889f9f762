import Foundation
import TLS

/// A folder for one test, removed with everything in it when the test lets go of it.
final class ScratchFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in the folder.
    subscript(name: String) -> String { path + "/" + name }

    /// Writes a file in place.
    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: self[name]))
    }

    /// Writes a file in place.
    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    /// Writes a certificate and its key as `NAME.crt` and `NAME.key`.
    func write(_ pair: SelfSigned.Pair, named name: String) throws {
        try write(pair.certificate, to: "\(name).crt")
        try write(pair.key, to: "\(name).key")
    }

    /// Loads `NAME.crt` and `NAME.key`.
    func load(_ name: String) throws -> Certificate {
        try Certificate.load(certificate: self["\(name).crt"], key: self["\(name).key"])
    }
}
