import Foundation

/// A program that writes a file in place, piece by piece.
final class SlowWriter {
    private let handle: FileHandle

    /// Opens the file and empties it.
    init(_ path: String) throws {
        handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.truncate(atOffset: 0)
    }

    func write(_ text: String) { handle.write(Data(text.utf8)) }

    func close() { try? handle.close() }
}
