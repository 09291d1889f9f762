import Foundation
import Net
import Testing

@testable import Control

@Suite("Watching folders", .timeLimit(.minutes(10)))
struct FolderWatcherTests {
    private let folder: TemporaryFolder
    private let loop: EventLoop
    private let news: News
    private let watcher: FolderWatcher

    private final class News {
        var count = 0
        /// What was told since it was last emptied; nil where everything had to be looked at.
        var told: Set<String>? = []

        func take(_ news: FileNews) {
            count += 1
            guard case .named(let paths) = news else { return told = nil }
            told = told.map { $0.union(paths) }
        }
    }

    init() throws {
        folder = try TemporaryFolder()
        let loop = try EventLoop()
        let news = News()
        // No regular look can bring the news in time.
        watcher = try FolderWatcher(on: loop, interval: .seconds(3600)) { news.take($0) }
        self.loop = loop
        self.news = news
        try folder.makeFolder("certs")
    }

    private func expectNews(_ what: Comment, after change: () throws -> Void) throws {
        let before = news.count
        try change()
        try loop.wait(for: what) { news.count > before }
    }

    @Test("looks regularly, whatever the kernel tells")
    func regular() throws {
        var looks: [FileNews] = []
        let watcher = try FolderWatcher(on: loop, interval: .milliseconds(5)) { looks.append($0) }
        try loop.wait(for: "two looks") { looks.count >= 2 }
        #expect(looks.prefix(2) == [.none, .none])
        watcher.close()
    }

    @Test("notices a file that is written, replaced, linked or removed")
    func files() throws {
        watcher.watch([folder.path("certs")])
        try expectNews("written") { try folder.write("certs/a", "x") }
        try expectNews("replaced") { try folder.replace("certs/a", "y") }
        try expectNews("linked") { try folder.link("certs/b", to: "a") }
        try expectNews("removed") { try folder.remove("certs/a") }
    }

    @Test("tells what it is about where that lies in a folder that is watched as such, and leads nowhere else")
    func names() throws {
        try folder.makeFolder("other")
        try folder.link("certs/link", to: "../other/a")
        watcher.watch([folder.path("certs"), folder.path("alone/file")])
        let told = { (change: () throws -> Void) throws -> Set<String>? in
            news.told = []
            try expectNews("the change", after: change)
            loop.settle()
            return news.told
        }
        #expect(try told { try folder.write("certs/a", "x") } == [folder.path("certs/a")])
        #expect(
            try told { try folder.replace("certs/a", "y") } == [folder.path("certs/a"), folder.path("certs/a.new")])
        #expect(try told { chmod(folder.path("certs/a"), 0o600) } == [folder.path("certs/a")])
        #expect(try told { try folder.remove("certs/a") } == [folder.path("certs/a")])
        // Who follows a link, or waits for a folder, cannot say by name what is new.
        #expect(try told { try folder.write("other/a", "x") } == nil)
        #expect(try told { try folder.link("certs/link", to: "../other/b") } == nil)
        #expect(try told { try folder.makeFolder("alone") } == nil)
    }

    @Test("follows a link that appears in a folder, from when it was told of")
    func laterLink() throws {
        try folder.makeFolder("other")
        try folder.write("other/a", "x")
        watcher.watch([folder.path("certs")])
        try expectNews("the link") { try folder.link("certs/link", to: "../other/a") }
        watcher.watch([folder.path("certs")])
        try expectNews("its target") { try folder.write("other/a", "y") }
    }

    @Test("notices a folder that appears later, and then what is in it")
    func laterFolder() throws {
        watcher.watch([folder.path("later/certs")])
        try expectNews("the parent") { try folder.makeFolder("later") }
        watcher.watch([folder.path("later/certs")])
        try expectNews("the folder") { try folder.makeFolder("later/certs") }
        watcher.watch([folder.path("later/certs")])
        try expectNews("a file in it") { try folder.write("later/certs/a", "x") }
    }

    @Test("notices a folder that is renamed over")
    func renamedFolder() throws {
        watcher.watch([folder.path("certs")])
        try folder.makeFolder("new")
        try expectNews("the other folder") {
            try #require(rename(folder.path("new"), folder.path("certs")) == 0)
        }
        watcher.watch([folder.path("certs")])
        try expectNews("a file in the other folder") { try folder.write("certs/a", "x") }
    }

    @Test("notices a link that is swapped behind another link")
    func swappedLink() throws {
        try folder.makeFolder("certs/..1")
        try folder.makeFolder("certs/..2")
        try folder.link("certs/..data", to: "..1")
        try folder.link("certs/a", to: "..data/a")
        watcher.watch([folder.path("certs")])
        try expectNews("the swap") { try folder.link("certs/..data", to: "..2") }
    }

    @Test("notices a change of a link's target in another folder")
    func target() throws {
        try folder.makeFolder("archive")
        try folder.write("archive/a", "x")
        try folder.link("certs/a", to: "../archive/a")
        watcher.watch([folder.path("certs")])
        try expectNews("the target") { try folder.replace("archive/a", "y") }
    }

    @Test("does not mind other files beside a file that is watched")
    func neighbours() throws {
        try folder.write("certs/a", "x")
        watcher.watch([folder.path("certs/a")])
        try folder.write("certs/b", "x")
        loop.settle()
        #expect(watcher.pathsBeingWritten.isEmpty)
    }

    @Test("knows which files are being written")
    func writers() throws {
        watcher.watch([folder.path("certs")])
        let path = folder.path("certs/a")
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
        try #require(descriptor >= 0)
        loop.settle()
        #expect(watcher.isBeingWritten(path))
        #expect(write(descriptor, "x", 1) == 1)
        loop.settle()
        #expect(watcher.pathsBeingWritten == [path])
        close(descriptor)
        loop.settle()
        #expect(!watcher.isBeingWritten(path))
    }

    @Test("does not take a link or a folder for a file that is being written")
    func noWriters() throws {
        watcher.watch([folder.path("certs")])
        try folder.makeFolder("certs/sub")
        try folder.link("certs/link", to: "nowhere")
        loop.settle()
        #expect(watcher.pathsBeingWritten.isEmpty)
    }

    @Test("takes a file that got its name by link(2) for whole, also when its first name is gone")
    func linkedFile() throws {
        try folder.write("certs.new", "x")
        watcher.watch([folder.path("certs")])
        try #require(link(folder.path("certs.new"), folder.path("certs/a")) == 0)
        try folder.remove("certs.new")
        loop.settle()
        #expect(watcher.pathsBeingWritten.isEmpty)
    }

    @Test("tells nothing after it was closed")
    func closed() throws {
        watcher.watch([folder.path("certs")])
        watcher.close()
        try folder.write("certs/a", "x")
        loop.settle()
        #expect(news.count == 0)
    }
}
