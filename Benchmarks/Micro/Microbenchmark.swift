/// A part's work, to be done a number of times.
struct Microbenchmark: Sendable {
    /// What it is called on the command line and in the recorded numbers.
    let name: String
    /// Does the work so often; what it needs once is made before, and costs the same for every count.
    let run: @Sendable (_ count: Int) throws -> Void
}

/// Thrown where the work did not come to what it always comes to, so that the count would mean nothing.
struct UnexpectedOutcome: Error {
    let benchmark: String
}
