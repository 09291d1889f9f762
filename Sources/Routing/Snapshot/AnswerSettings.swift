package import Bytes

/// What is done to answers, those of backends above all.
package struct AnswerSettings: Hashable, Sendable {
    /// How Location and Refresh are changed; the first that fits (`proxy_redirect`).
    package var redirects: [RedirectRule] = [.implicit]
    /// Fields of backends that are not passed on (`proxy_hide_header`).
    package var hiddenFields: [ByteString] = []
    /// Fields of backends that are passed on although they mostly are not (`proxy_pass_header`).
    package var passedFields: [ByteString] = []
    /// How long the answer may be kept (`expires`).
    package var expiry: Expiry?
    /// What is served in place of errors, the first that names the status (`error_page`).
    package var errorPages: [ErrorPage] = []
    /// Whether errors of backends are replaced too (`proxy_intercept_errors`).
    package var interceptsErrors = false
    /// Whether `X-Accel-Redirect` of a backend is just a field (`proxy_ignore_headers`).
    package var ignoresInnerRedirects = false

    /// nginx's defaults.
    package init() {}
}
