/// How far the parsing of a head came.
package enum HeadParseResult<Failure: Error> {
    /// The head ended: it and what came before it take this many bytes.
    case complete(Int)
    /// Every byte so far fits a head, and more must come.
    case partial
    /// The bytes are not a head that may be accepted. The parser is of no further use.
    case failed(Failure)
}

extension HeadParseResult: Equatable where Failure: Equatable {}
extension HeadParseResult: Sendable {}
