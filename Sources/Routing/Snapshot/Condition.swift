/// What `if` asks.
package enum Condition: Hashable, Sendable {
    /// `($VARIABLE)`: its value is neither empty nor `0`.
    case isSet(Template)
    /// `($VARIABLE = VALUE)`, or `!=` where it is negated.
    case equals(Template, Template, isNegated: Bool)
    /// `($VARIABLE ~ PATTERN)`, or `!~` where it is negated.
    case matches(Template, Pattern, isNegated: Bool)
}
