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
    /// White space stands before or behind a value, where HTTP/2 has none (RFC 9113 §8.2.1).
    case blankAroundValue
    /// A pseudo-field is unknown, empty, there twice, behind other fields, missing, or where none may be (RFC 9113 §8.3).
    case malformedPseudoField
    /// A field speaks of the connection or of framing, which HTTP/2 has other ways for (RFC 9113 §8.2.2).
    case connectionField
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
        case .malformedName, .missingName, .foldedLine, .controlByteInValue, .malformedLineEnd, .blankAroundValue,
            .malformedPseudoField, .connectionField:
            false
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
        case .blankAroundValue: "white space around a field value"
        case .malformedPseudoField: "malformed pseudo-fields"
        case .connectionField: "field of the connection in HTTP/2"
        case .lineTooLong: "field line too long"
        case .sectionTooLarge: "fields too large"
        case .tooManyFields: "too many fields"
        }
    }
}
