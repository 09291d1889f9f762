/// Something that should hold for every input and does not hold for this one.
package struct Violation: Error, CustomStringConvertible {
    /// What was expected, and what was found.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws unless the condition holds.
func require(_ condition: Bool, _ expectation: @autoclosure () -> String) throws(Violation) {
    if !condition { throw Violation(expectation()) }
}

/// Throws unless both values are the same.
func requireEqual<Value: Equatable>(
    _ found: Value, _ expected: Value, _ expectation: @autoclosure () -> String
) throws(Violation) {
    if found != expected { throw Violation("\(expectation()):\n  found    \(found)\n  expected \(expected)") }
}
