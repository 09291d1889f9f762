/// What is wrong with the field lines of a head or with trailers.
package enum FieldSectionError: Error, Equatable, Sendable {
    /// A name holds a byte that no name may hold, or white space stands before the colon (RFC 9112 §5.1).
    case malformedName
    /// A line has no name, or no colon.
    case missingName
    /// A line begins with white space: an obsolete line fold (RFC 9112 §5.2), or white space before the first field.
    case foldedLine
    /// A value holds a control byte (RFC 9110 §5.5).
    case controlByteInValue
    /// A CR stands without its LF (RFC 9112 §2.2), or a LF without its CR where that is not tolerated.
    case malformedLineEnd
    /// A field line is longer than allowed.
    case lineTooLong
    /// All together is longer than allowed.
    case sectionTooLarge
    /// There are more field lines than allowed.
    case tooManyFields

    /// Whether a size was exceeded, as opposed to a rule of syntax.
    package var isLimit: Bool {
        switch self {
        case .lineTooLong, .sectionTooLarge, .tooManyFields: true
        case .malformedName, .missingName, .foldedLine, .controlByteInValue, .malformedLineEnd: false
        }
    }

    /// A few words for the log.
    package var reason: StaticString {
        switch self {
        case .malformedName: "invalid field name"
        case .missingName: "field line without a name and colon"
        case .foldedLine: "field line begins with white space"
        case .controlByteInValue: "control byte in a field value"
        case .malformedLineEnd: "malformed line end"
        case .lineTooLong: "field line too long"
        case .sectionTooLarge: "fields too large"
        case .tooManyFields: "too many fields"
        }
    }
}
