internal import Bytes

/// What the directives of one level say of answers.
struct AnswerDirectives: Hashable, Sendable {
    var redirects: [RedirectRule]?
    var hiddenFields: [ByteString] = []
    var passedFields: [ByteString] = []
    var expiry: Lifetime?
    var errorPages: [ErrorPage] = []
    var interceptsErrors: Bool?
    var ignoresInnerRedirects: Bool?

    /// The argument of `expires`.
    enum Lifetime: Hashable, Sendable {
        case off
        case on(Expiry)
    }

    /// These laid over those of the level around it.
    func applied(to outer: AnswerSettings) -> AnswerSettings {
        var result = outer
        if let redirects { result.redirects = redirects }
        if !hiddenFields.isEmpty { result.hiddenFields = hiddenFields }
        if !passedFields.isEmpty { result.passedFields = passedFields }
        switch expiry {
        case .off: result.expiry = nil
        case .on(let expiry): result.expiry = expiry
        case nil: break
        }
        if !errorPages.isEmpty { result.errorPages = errorPages }
        if let interceptsErrors { result.interceptsErrors = interceptsErrors }
        if let ignoresInnerRedirects { result.ignoresInnerRedirects = ignoresInnerRedirects }
        return result
    }
}
