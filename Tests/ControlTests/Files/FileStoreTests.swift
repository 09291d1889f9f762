import Foundation
import Routing
import TestSupport
import Testing

@testable import Control

@Suite("The store of files")
struct FileStoreTests {
    private let folder: TemporaryFolder
    private let store: FileStore

    init() throws {
        folder = try TemporaryFolder()
        try folder.makeFolder("vhost.d")
        var folders = Folders()
        folders.virtualHosts = folder.path("vhost.d")
        store = FileStore(folders: folders)
    }

    private func bytes(_ text: String) -> FileContent { .bytes(Array(text.utf8)) }

    @Test("notices a file that is written, replaced and removed")
    func changes() throws {
        let path = folder.path("vhost.d/a")
        #expect(store.read(path) == .missing)
        #expect(store.refresh().isEmpty)
        try folder.write("vhost.d/a", "one")
        #expect(store.refresh() == [path])
        #expect(store.read(path) == bytes("one"))
        try folder.replace("vhost.d/a", "two")
        #expect(store.refresh() == [path])
        #expect(store.read(path) == bytes("two"))
        try folder.remove("vhost.d/a")
        #expect(store.refresh() == [path])
        #expect(store.read(path) == .missing)
    }

    @Test("notices changes of one size in one moment")
    func sameSize() throws {
        let path = folder.path("vhost.d/a")
        for text in ["one", "two", "six", "ten"] {
            try folder.write("vhost.d/a", text)
            _ = store.refresh()
            #expect(store.read(path) == bytes(text))
        }
    }

    @Test("says nothing of a file that was only touched")
    func touched() throws {
        try folder.write("vhost.d/a", "one")
        _ = store.read(folder.path("vhost.d/a"))
        try folder.write("vhost.d/a", "one")
        #expect(store.refresh().isEmpty)
    }

    @Test("follows a link that is moved")
    func link() throws {
        try folder.write("one", "1")
        try folder.write("two", "2")
        try folder.link("vhost.d/a", to: "../one")
        #expect(store.read(folder.path("vhost.d/a")) == bytes("1"))
        try folder.link("vhost.d/a", to: "../two")
        #expect(store.refresh() == [folder.path("vhost.d/a")])
        #expect(store.read(folder.path("vhost.d/a")) == bytes("2"))
    }

    @Test("lists files, without folders and hidden names")
    func listing() throws {
        #expect(store.hostFiles == [])
        try folder.write("vhost.d/b", "")
        try folder.write("vhost.d/a", "")
        try folder.write("vhost.d/.a.swp", "")
        try folder.makeFolder("vhost.d/sub")
        #expect(store.refresh() == [folder.path("vhost.d")])
        #expect(store.hostFiles == ["a", "b"])
        try folder.remove("vhost.d")
        #expect(store.refresh() == [folder.path("vhost.d")])
        #expect(store.hostFiles == [])
    }

    @Test("keeps the old content of a file that somebody is writing to")
    func beingWritten() throws {
        let path = folder.path("vhost.d/a")
        try folder.write("vhost.d/a", "whole")
        _ = store.read(path)
        store.isBeingWritten = { $0 == path }
        try folder.write("vhost.d/a", "ha")
        #expect(store.refresh().isEmpty)
        #expect(store.read(path) == bytes("whole"))
        store.isBeingWritten = { _ in false }
        #expect(store.refresh() == [path])
        #expect(store.read(path) == bytes("ha"))
    }

    @Test("does not list a new file before it is written to the end")
    func newFileBeingWritten() throws {
        _ = store.hostFiles
        let path = folder.path("vhost.d/a")
        store.isBeingWritten = { $0 == path }
        try folder.write("vhost.d/a", "ha")
        #expect(store.refresh().isEmpty)
        #expect(store.hostFiles == [])
        store.isBeingWritten = { _ in false }
        #expect(store.refresh() == [folder.path("vhost.d")])
        #expect(store.hostFiles == ["a"])
    }

    @Test("keeps what it knew of a file that somebody is writing to when everything is read again")
    func forgottenWhileWritten() throws {
        let path = folder.path("vhost.d/a")
        try folder.write("vhost.d/a", "whole")
        try folder.write("vhost.d/b", "other")
        #expect(store.hostFiles == ["a", "b"])
        _ = store.read(path)
        store.isBeingWritten = { $0 == path }
        try folder.write("vhost.d/a", "ha")
        try folder.remove("vhost.d/b")
        store.forget()
        #expect(store.hostFiles == ["a"])
        #expect(store.read(path) == bytes("whole"))
        store.isBeingWritten = { _ in false }
        #expect(store.refresh().contains(path))
        #expect(store.read(path) == bytes("ha"))
    }

    @Test("takes nothing for a change that nothing has told of before two looks come to the same")
    func untold() throws {
        let (path, pattern) = (folder.path("vhost.d/a"), folder.path("vhost.d/*.inc"))
        try folder.write("vhost.d/a", "deny all;")
        _ = (store.read(path), store.hostFiles, store.paths(matching: pattern))
        for half in ["", "deny"] {
            try folder.write("vhost.d/a", half)
            #expect(store.refresh(.none).isEmpty)
            #expect(store.read(path) == bytes("deny all;"))
        }
        try folder.write("vhost.d/a", "deny none;")
        #expect(store.refresh(.none).isEmpty)
        #expect(store.refresh(.none) == [path])
        #expect(store.read(path) == bytes("deny none;"))
        // One that is removed and made anew was never gone.
        try folder.remove("vhost.d/a")
        try folder.write("vhost.d/b.inc", "")
        #expect(store.refresh(.none).isEmpty)
        #expect(store.hostFiles == ["a"])
        try folder.write("vhost.d/a", "deny none;")
        try folder.remove("vhost.d/b.inc")
        #expect(store.refresh(.none).isEmpty)
        try folder.remove("vhost.d/a")
        try folder.write("vhost.d/b.inc", "")
        #expect(store.refresh(.none).isEmpty)
        #expect(store.refresh(.none) == [path, folder.path("vhost.d"), pattern])
        #expect(store.read(path) == .missing)
        #expect(store.hostFiles == ["b.inc"])
    }

    @Test("notices what begins to match a pattern")
    func patterns() throws {
        let pattern = folder.path("vhost.d/*.inc")
        #expect(store.paths(matching: pattern) == [])
        try folder.write("vhost.d/b.inc", "")
        try folder.write("vhost.d/a.inc", "")
        #expect(store.refresh() == [pattern])
        #expect(store.paths(matching: pattern) == [folder.path("vhost.d/a.inc"), folder.path("vhost.d/b.inc")])
    }

    /// Puts something in a folder's place that is there and cannot be opened, whoever asks (ELOOP).
    private func bar(_ name: String) throws {
        try folder.remove(name)
        try folder.link(name, to: folder.path(name))
    }

    @Test("keeps what a folder held that cannot be opened any more, until it can", arguments: [false, true])
    func barredFolder(forgets: Bool) throws {
        try folder.write("vhost.d/a", "one")
        #expect(store.hostFiles == ["a"])
        #expect(store.fault(of: store.hostFolder) == nil)
        try bar("vhost.d")
        if forgets { store.forget() } else { #expect(store.refresh() == [folder.path("vhost.d")]) }
        #expect(store.hostFiles == ["a"])
        #expect(store.fault(of: store.hostFolder)?.isKept == true)
        try folder.remove("vhost.d")
        try folder.makeFolder("vhost.d")
        #expect(store.refresh().contains(folder.path("vhost.d")))
        #expect(store.hostFiles == [])
        #expect(store.fault(of: store.hostFolder) == nil)
    }

    @Test("does not take a folder for empty that could never be opened")
    func unknownFolder() throws {
        try bar("vhost.d")
        #expect(store.hostFiles == [])
        #expect(store.fault(of: store.hostFolder)?.isKept == false)
        // Whoever includes what stands in it learns that it cannot be read.
        let paths = store.paths(matching: folder.path("vhost.d/*.inc"))
        #expect(paths == [folder.path("vhost.d")])
        #expect(paths.map { if case .unreadable = store.read($0) { true } else { false } } == [true])
        try folder.remove("vhost.d")
        #expect(store.refresh().isSuperset(of: [folder.path("vhost.d"), folder.path("vhost.d/*.inc")]))
        #expect(store.fault(of: store.hostFolder) == nil)
        #expect(store.paths(matching: folder.path("vhost.d/*.inc")) == [])
    }

    @Test("keeps what matched a pattern in a folder that cannot be opened any more")
    func barredPattern() throws {
        try folder.write("vhost.d/a.inc", "")
        let pattern = folder.path("vhost.d/*.inc")
        #expect(store.paths(matching: pattern) == [folder.path("vhost.d/a.inc")])
        try bar("vhost.d")
        #expect(!store.refresh().contains(pattern))
        #expect(store.paths(matching: pattern) == [folder.path("vhost.d/a.inc")])
    }

    @Test("has read ahead what it would have read when it was asked, and leaves what is being written to for later")
    func ahead() throws {
        let names = (0..<200).map { "vhost.d/f\($0)" }
        for name in names { try folder.write(name, name) }
        let paths = names.map { folder.path($0) }
        let missing = folder.path("vhost.d/missing")
        store.areSomeBeingWritten = { false }
        store.readAhead(paths + [missing])
        for name in names { try folder.write(name, "two") }
        #expect(paths.map { store.read($0) } == names.map { bytes($0) })
        #expect(store.read(missing) == .missing)
        #expect(store.refresh() == Set(paths))
        #expect(paths.allSatisfy { store.read($0) == bytes("two") })

        let late = folder.path("vhost.d/late")
        try folder.write("vhost.d/late", "half")
        store.areSomeBeingWritten = { true }
        store.readAhead([late])
        try folder.write("vhost.d/late", "whole")
        #expect(store.read(late) == bytes("whole"))
    }

    @Test("looks only at what it is told of")
    func told() throws {
        for name in ["a", "b"] { try folder.write("vhost.d/\(name)", "one") }
        let (a, b) = (folder.path("vhost.d/a"), folder.path("vhost.d/b"))
        #expect([store.read(a), store.read(b)] == [bytes("one"), bytes("one")])
        for name in ["a", "b"] { try folder.write("vhost.d/\(name)", "two") }
        #expect(store.refresh(.named([a])) == [a])
        #expect([store.read(a), store.read(b)] == [bytes("two"), bytes("one")])
        #expect(store.refresh() == [b])
    }

    @Test("comes to what a store comes to that has read nothing before, from one change to the next")
    func toldAtRandom() throws {
        var generator = SplitMix64(seed: 7)
        let pattern = folder.path("vhost.d/*.inc")
        for _ in 0..<300 {
            var told: Set<String> = []
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let name = ["a", "b", "c.inc", "d.inc", ".e"].randomElement(using: &generator) ?? ""
                let path = "vhost.d/\(name)"
                told.insert(folder.path(path))
                try? folder.remove(path)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: break
                case 1: try folder.makeFolder(path)
                case 2: try folder.link(path, to: ["a", "b", "nowhere", "."].randomElement(using: &generator) ?? "")
                default: try folder.write(path, "\(Int.random(in: 0..<4, using: &generator))")
                }
            }
            // What a link leads to is not told of by its own name.
            for name in ["a", "b", "c.inc", "d.inc"] where isLink("vhost.d/\(name)") {
                told.insert(folder.path("vhost.d/\(name)"))
            }
            _ = store.refresh(.named(told))
            let fresh = FileStore(folders: store.folders)
            #expect(store.hostFiles == fresh.hostFiles)
            #expect(store.hostFolders == fresh.hostFolders)
            #expect(store.paths(matching: pattern) == fresh.paths(matching: pattern))
            for name in ["a", "b", "c.inc", "d.inc"] {
                let path = folder.path("vhost.d/\(name)")
                #expect(store.read(path) == fresh.read(path))
            }
        }
    }

    private func isLink(_ name: String) -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: folder.path(name))) != nil
    }

    @Test("forgets what nobody asks for any more")
    func unused() throws {
        _ = store.read(folder.path("a"))
        _ = store.read(folder.path("b"))
        store.forgetUnused()
        _ = store.read(folder.path("b"))
        store.forgetUnused()
        #expect(store.paths == store.watchedFolders.union([folder.path("b")]))
    }
}
