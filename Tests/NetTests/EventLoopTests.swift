import Bytes
import Glibc
import Testing

@testable import Net

@Suite("Event loop", .timeLimit(.minutes(10)))
struct EventLoopTests {
    /// Notes what it hears, and does what it is told when it hears it.
    private final class Listener: EventSource {
        var heard: [Readiness] = []
        var deadlines: [Instant] = []
        var onReady: () -> Void = {}
        var onDeadline: () -> Void = {}

        func ready(_ readiness: Readiness) {
            heard.append(readiness)
            onReady()
        }

        func deadlinePassed() {
            deadlines.append(.now)
            onDeadline()
        }
    }

    private final class Pair {
        let near: FileDescriptor
        let far: FileDescriptor

        init() {
            var ends: [Int32] = [0, 0]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends)
            near = FileDescriptor(owning: ends[0])
            far = FileDescriptor(owning: ends[1])
        }

        func write(_ text: String) { _ = Glibc.write(far.raw, text, text.utf8.count) }
    }

    private func turn(_ loop: EventLoop, until isDone: () -> Bool) {
        for _ in 0..<10_000 where !isDone() { loop.turn(limit: .milliseconds(10)) }
    }

    @Test("tells once of what can be read and written, and again only when there is news")
    func edges() throws {
        let loop = try EventLoop()
        let pair = Pair()
        let listener = Listener()
        _ = try loop.add(pair.near.raw, listener)
        loop.turn(limit: .zero)
        #expect(listener.heard.count == 1)
        #expect(listener.heard.last?.contains(.writable) == true)
        #expect(listener.heard.last?.contains(.readable) == false)
        loop.turn(limit: .zero)
        #expect(listener.heard.count == 1)
        pair.write("a")
        loop.turn()
        #expect(listener.heard.count == 2)
        #expect(listener.heard.last?.mayRead == true)
        loop.turn(limit: .zero)
        #expect(listener.heard.count == 2)
    }

    @Test("tells of the end of the other side, and of its failure")
    func ends() throws {
        let loop = try EventLoop()
        let pair = Pair()
        let listener = Listener()
        _ = try loop.add(pair.near.raw, listener)
        shutdown(pair.far.raw, Int32(SHUT_WR))
        loop.turn(limit: .zero)
        #expect(listener.heard.last?.contains(.readEnded) == true)
        #expect(listener.heard.last?.isEnding == true)
        #expect(listener.heard.last?.isBroken == false)
        shutdown(pair.far.raw, Int32(SHUT_RDWR))
        shutdown(pair.near.raw, Int32(SHUT_RDWR))
        loop.turn(limit: .zero)
        #expect(listener.heard.last?.isBroken == true)
    }

    @Test("tells a source that is gone nothing more, not even what is fetched already, nor its successor")
    func staleToken() throws {
        let loop = try EventLoop()
        let pairs = [Pair(), Pair()]
        let listeners = [Listener(), Listener()]
        let successor = Listener()
        var tokens = [try loop.add(pairs[0].near.raw, listeners[0]), try loop.add(pairs[1].near.raw, listeners[1])]
        // Both are ready in the same turn; whoever is called first removes the other, whose place is taken at once.
        for (index, listener) in listeners.enumerated() {
            listener.onReady = {
                loop.remove(tokens[1 - index])
                tokens[1 - index] = loop.add(successor)
            }
        }
        loop.turn(limit: .zero)
        #expect(listeners.map(\.heard.count).reduce(0, +) == 1)
        #expect(successor.heard.isEmpty)
        #expect(loop.sourceCount == 2)
    }

    @Test("lets a source remove itself, and takes no notice of tokens that are not in use")
    func removal() throws {
        let loop = try EventLoop()
        let pair = Pair()
        let listener = Listener()
        let token = try loop.add(pair.near.raw, listener)
        listener.onReady = { loop.remove(token) }
        loop.turn(limit: .zero)
        loop.remove(token)
        loop.remove(.none)
        loop.setDeadline(Timeout(.zero), for: token)
        loop.clearDeadline(for: token)
        loop.again(token)
        loop.turn(limit: .zero)
        #expect(listener.heard.count == 1)
        #expect(listener.deadlines.isEmpty)
        #expect(loop.sourceCount == 0)
    }

    @Test(
        "keeps a source alive until it is removed, and one that is retired to the end of the turn",
        arguments: [false, true])
    func lifetime(isRetired: Bool) throws {
        let loop = try EventLoop()
        weak var source: Listener?
        let token: Token
        do {
            let listener = Listener()
            source = listener
            token = loop.add(listener)
        }
        #expect(source != nil)
        if isRetired {
            loop.retire(token)
            #expect(source != nil)
            #expect(loop.sourceCount == 0)
            loop.turn(limit: .zero)
        } else {
            loop.remove(token)
        }
        #expect(source == nil)
    }

    @Test("refuses a descriptor that cannot be watched, and keeps no trace of it")
    func unwatchable() throws {
        let loop = try EventLoop()
        #expect(throws: SystemError.self) { try loop.add(-1, Listener()) }
        #expect(loop.sourceCount == 0)
    }

    @Test("calls a source again in the next turn, once, behind the news of others")
    func again() throws {
        let loop = try EventLoop()
        let listener = Listener()
        let token = loop.add(listener)
        loop.again(token)
        loop.turn()
        #expect(listener.heard == [[]])
        var rest = 3
        listener.onReady = {
            rest -= 1
            if rest > 0 { loop.again(token) }
        }
        loop.again(token)
        for _ in 1...3 { loop.turn() }
        #expect(listener.heard.count == 4)
        loop.turn(limit: .zero)
        #expect(listener.heard.count == 4)
    }

    @Test("stops within the turn in which it is told")
    func stop() throws {
        let loop = try EventLoop()
        let listener = Listener()
        let token = loop.add(listener)
        listener.onReady = { loop.stop() }
        loop.again(token)
        loop.run()
        #expect(listener.heard.count == 1)
    }

    @Test("calls what wants to know that a turn is over")
    func turnEnded() throws {
        let loop = try EventLoop()
        var count = 0
        loop.turnEnded = { count += 1 }
        loop.turn(limit: .zero)
        loop.turn(limit: .zero)
        #expect(count == 2)
    }

    // MARK: Deadlines

    @Test("tells of a deadline, never before it and once")
    func deadline() throws {
        let loop = try EventLoop()
        let listener = Listener()
        let token = loop.add(listener)
        let start = Instant.now
        loop.setDeadline(Timeout(.milliseconds(20)), for: token)
        turn(loop) { !listener.deadlines.isEmpty }
        #expect(try #require(listener.deadlines.first).since(start) >= .milliseconds(20))
        loop.turn(limit: .milliseconds(10))
        #expect(listener.deadlines.count == 1)
    }

    @Test("takes the last word on a deadline: later, earlier or none at all")
    func moved() throws {
        let loop = try EventLoop()
        let sources = (0..<4).map { _ in Listener() }
        let tokens = sources.map { loop.add($0) }
        let start = Instant.now
        for token in tokens { loop.setDeadline(Timeout(.milliseconds(10)), for: token) }
        loop.setDeadline(Timeout(.milliseconds(60)), for: tokens[1])
        loop.setDeadline(Timeout(.seconds(3600)), for: tokens[2])
        loop.setDeadline(Timeout(.milliseconds(30)), for: tokens[2])
        loop.clearDeadline(for: tokens[3])
        turn(loop) { sources[..<3].allSatisfy { !$0.deadlines.isEmpty } }
        #expect(sources.map(\.deadlines.count) == [1, 1, 1, 0])
        #expect(try #require(sources[1].deadlines.first).since(start) >= .milliseconds(60))
        #expect(try #require(sources[2].deadlines.first).since(start) >= .milliseconds(30))
        #expect(try #require(sources[2].deadlines.first) <= #require(sources[1].deadlines.first))
    }

    @Test("tells of a deadline that was set anew when the last one passed")
    func renewed() throws {
        let loop = try EventLoop()
        let listener = Listener()
        let token = loop.add(listener)
        listener.onDeadline = { loop.setDeadline(Timeout(.milliseconds(1)), for: token) }
        loop.setDeadline(Timeout(.zero), for: token)
        turn(loop) { listener.deadlines.count >= 5 }
        #expect(listener.deadlines.count >= 5)
    }

    @Test("tells no successor of the deadline of the source whose place it took")
    func staleDeadline() throws {
        let loop = try EventLoop()
        let gone = Listener()
        let successor = Listener()
        let other = Listener()
        let token = loop.add(gone)
        loop.setDeadline(Timeout(.milliseconds(5)), for: token)
        loop.remove(token)
        _ = loop.add(successor)
        loop.setDeadline(Timeout(.milliseconds(20)), for: loop.add(other))
        turn(loop) { !other.deadlines.isEmpty }
        #expect(gone.deadlines.isEmpty)
        #expect(successor.deadlines.isEmpty)
    }

    @Test("survives a source that is removed by the deadline of another one of the same tick")
    func removedByOther() throws {
        let loop = try EventLoop()
        let listeners = [Listener(), Listener()]
        let tokens = listeners.map { loop.add($0) }
        for (index, listener) in listeners.enumerated() {
            listener.onDeadline = { loop.remove(tokens[1 - index]) }
        }
        for token in tokens { loop.setDeadline(Timeout(.milliseconds(1)), for: token) }
        turn(loop) { listeners.contains { !$0.deadlines.isEmpty } }
        loop.turn(limit: .milliseconds(10))
        #expect(listeners.map(\.deadlines.count).reduce(0, +) == 1)
    }

    @Test("waits no longer than the limit of a turn, and not at all when something is due again")
    func limits() throws {
        let loop = try EventLoop()
        let listener = Listener()
        let token = loop.add(listener)
        loop.setDeadline(Timeout(.seconds(3600)), for: token)
        loop.turn(limit: .milliseconds(1))
        loop.again(token)
        loop.turn()
        #expect(listener.heard.count == 1)
    }
}
