/// What an exchange waits for in a gate.
protocol Suspension: AnyObject {
    /// Nobody waits any more.
    func cancel()
}
