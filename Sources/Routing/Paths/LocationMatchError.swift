/// Why a text cannot say which paths a location covers.
package enum LocationMatchError: Error, Hashable {
    /// The path holds a space or a control byte, or is longer than 4096 bytes; or the regular expression holds a control byte.
    case badPath
    /// The regular expression cannot be compiled.
    case badPattern(PatternError)
    /// No path that begins with `/`.
    case noPath
    /// No regular expression behind `~`.
    case noPattern

    /// What is wrong, to follow the text.
    package var message: String {
        switch self {
        case .badPath: "holds a space or a control byte, or is too long"
        case .badPattern(let error): "\(error.message) (at byte \(error.offset + 1))"
        case .noPath: "is no path that begins with /"
        case .noPattern: "has no regular expression behind ~"
        }
    }
}
