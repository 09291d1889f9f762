import Foundation
import TLS
import Testing

@Suite("Writing a pair")
struct PairWriterTests {
    let folder: ScratchFolder
    let pair: SelfSigned.Pair

    init() throws {
        folder = try ScratchFolder()
        pair = try SelfSigned.make(hosts: ["a.test"], addresses: [], days: 1)
    }

    private func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: folder[name])[.posixPermissions] as? Int
    }

    @Test("writes both files with their modes, and leaves nothing else behind")
    func writes() throws {
        try PairWriter.write(pair, named: "*.a.test", in: folder.path)
        #expect(try mode("*.a.test.key") == 0o600)
        #expect(try mode("*.a.test.crt") == 0o644)
        #expect(try folder.load("*.a.test").subjectNames == ["a.test"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }

    @Test("replaces files only when told to", arguments: ["a.crt", "a.key"])
    func replaces(existing: String) throws {
        try folder.write("mine", to: existing)
        #expect(throws: PairWriteError.exists(folder[existing])) {
            try PairWriter.write(pair, named: "a", in: folder.path)
        }
        #expect(try String(contentsOfFile: folder[existing], encoding: .utf8) == "mine")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [existing])
        try PairWriter.write(pair, named: "a", in: folder.path, replacing: true)
        #expect(try folder.load("a").subjectNames == ["a.test"])
        #expect(try mode("a.key") == 0o600)
    }

    @Test("says which folder it cannot write to")
    func missingFolder() {
        #expect {
            try PairWriter.write(pair, named: "a", in: folder["none"])
        } throws: {
            guard case .failed(let path, _) = $0 as? PairWriteError else { return false }
            return path == folder["none"]
        }
    }

    @Test("does not write outside its folder", arguments: ["", "../a", "a/b", ".a"])
    func badNames(name: String) {
        #expect(throws: PairWriteError.badName(name)) { try PairWriter.write(pair, named: name, in: folder.path) }
    }
}
