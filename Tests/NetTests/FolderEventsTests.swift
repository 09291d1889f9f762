import Foundation
import Net
import Testing

@Suite("News of folders")
struct FolderEventsTests {
    private let path: String
    private let events: FolderEvents

    init() throws {
        var template = Array((NSTemporaryDirectory() + "/portico-XXXXXX").utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
        events = try FolderEvents()
    }

    private func news() -> [(name: String, kinds: FolderEvents.Kinds)] {
        var news: [(name: String, kinds: FolderEvents.Kinds)] = []
        events.read { news.append(($0.name, $0.kinds)) }
        return news
    }

    @Test("tells what happens to the names of a folder")
    func names() throws {
        _ = try events.add(path, [.made, .closed, .written, .movedAway, .movedHere, .removed])
        let descriptor = open(path + "/a", O_WRONLY | O_CREAT, 0o600)
        #expect(write(descriptor, "x", 1) == 1)
        close(descriptor)
        rename(path + "/a", path + "/b")
        unlink(path + "/b")
        let news = news()
        #expect(news.map(\.name) == ["a", "a", "a", "a", "b", "b"])
        #expect(news.map(\.kinds) == [.made, .written, .closed, .movedAway, .movedHere, .removed])
        rmdir(path)
    }

    @Test("tells only of the kinds that were asked for")
    func kinds() throws {
        let watch = try events.add(path, [.removed])
        #expect(try events.add(path, [.made]) == watch)
        mkdir(path + "/a", 0o700)
        rmdir(path + "/a")
        #expect(news().count == 1)
        rmdir(path)
    }

    @Test("tells when the folder itself goes, and that its watch has ended")
    func folderGone() throws {
        _ = try events.add(path, [.folderGone])
        rmdir(path)
        let news = news()
        #expect(news.map(\.name) == ["", ""])
        #expect(news.first.map { !$0.kinds.isDisjoint(with: .folderGone) } == true)
        #expect(news.last?.kinds.contains(.ended) == true)
    }

    @Test("tells nothing of a watch that was removed but its end")
    func removedWatch() throws {
        events.remove(try events.add(path, [.made]))
        mkdir(path + "/a", 0o700)
        #expect(news().map(\.kinds) == [.ended])
        rmdir(path + "/a")
        rmdir(path)
    }

    @Test("refuses what is no folder")
    func noFolder() {
        #expect(throws: SystemError(call: "inotify_add_watch", code: ENOENT)) { try events.add(path + "/x", [.made]) }
        #expect(throws: SystemError(call: "inotify_add_watch", code: ENOTDIR)) { try events.add("/dev/null", [.made]) }
        rmdir(path)
    }
}
