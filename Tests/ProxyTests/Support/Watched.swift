import Foundation

/// A value that one thread changes and another waits for.
final class Watched<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var value: Value

    init(_ value: Value) { self.value = value }

    var current: Value {
        condition.lock()
        defer { condition.unlock() }
        return value
    }

    func update(_ change: (inout Value) -> Void) {
        condition.lock()
        defer { condition.unlock() }
        change(&value)
        condition.broadcast()
    }

    /// Waits until the value is as it should be.
    @discardableResult
    func wait(for what: String, until isReached: (Value) -> Bool) throws -> Value {
        condition.lock()
        defer { condition.unlock() }
        let deadline = Date(timeIntervalSinceNow: TestStream.patience)
        while !isReached(value) {
            guard condition.wait(until: deadline) else { throw TestFault("waited in vain for \(what): \(value)") }
        }
        return value
    }
}

/// Lets one thread hold another back.
typealias Signal = Watched<Bool>

extension Watched<Bool> {
    convenience init() { self.init(false) }

    func open() { update { $0 = true } }

    func pass() throws { try wait(for: "a gate to open") { $0 } }
}

/// Why a test cannot go on.
struct TestFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
