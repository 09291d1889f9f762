internal import Net

/// Deadlines on the loop's wheel.
enum LoopBenchmarks {
    static let all = [
        Microbenchmark(name: "deadline-moved", run: move),
        Microbenchmark(name: "deadline-new", run: insert),
    ]

    private final class Sleeper: EventSource {
        func ready(_ readiness: Readiness) {}
    }

    /// What most deadlines do: one is set for each step of a request, and hardly any ever passes.
    private static func move(_ count: Int) throws {
        let loop = try EventLoop()
        let token = loop.add(Sleeper())
        let timeouts = (0..<8).map { Timeout.seconds(60 + $0) }
        for number in 0..<count {
            loop.setDeadline(timeouts[number & 7], for: token)
            loop.clearDeadline(for: token)
        }
    }

    /// A source that comes, waits for something, and goes.
    private static func insert(_ count: Int) throws {
        let loop = try EventLoop()
        let source = Sleeper()
        let timeouts = (0..<1024).map { Timeout.milliseconds($0 * 8) }
        for number in 0..<count {
            let token = loop.add(source)
            loop.setDeadline(timeouts[number & 1023], for: token)
            loop.remove(token)
        }
    }
}
