import Net
import Testing

extension EventLoop {
    /// Turns the loop until the condition holds; a test fails after a minute without.
    func wait(
        for what: Comment, sourceLocation: SourceLocation = #_sourceLocation, until condition: () throws -> Bool
    ) throws {
        let end = Instant.now + .seconds(60)
        while try !condition() {
            try #require(Instant.now < end, what, sourceLocation: sourceLocation)
            turn(limit: .milliseconds(5))
        }
    }

    /// Turns the loop as long as it has something to do at once.
    func settle() {
        for _ in 0..<20 { turn(limit: .milliseconds(1)) }
    }
}
