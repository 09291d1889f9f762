import Foundation
import FuzzChecks
import Testing

/// Every file of the corpora, through the target that it was found or written for.
@Suite("The corpora of the fuzz targets")
struct CorpusReplayTests {
    private static let folder = URL(filePath: #filePath, directoryHint: .notDirectory)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz/Corpus", directoryHint: .isDirectory)

    @Test("hold what their target promises", arguments: FuzzTarget.all.map(\.name))
    func replay(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let files = try FileManager.default.contentsOfDirectory(
            at: Self.folder.appending(path: name, directoryHint: .isDirectory), includingPropertiesForKeys: nil)
        #expect(!files.isEmpty, "\(name) has no corpus")
        for file in files {
            let input = Array(try Data(contentsOf: file))
            #expect(throws: Never.self, "\(name)/\(file.lastPathComponent)") { try target.check(input) }
        }
    }

    @Test("belong to a target each")
    func folders() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path())
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
    }
}
