internal import Bytes
internal import Routing

extension LogFormat {
    /// Reads `LOG_JSON`, else `LOG_FORMAT` and `LOG_FORMAT_ESCAPE`; nginx-proxy's own form where none is set.
    ///
    /// - Returns: the form, and why it is not the one that was asked for.
    /// - Throws: `SettingsError.word` when `LOG_JSON` or `LOG_FORMAT_ESCAPE` is none of their words.
    static func read(
        from environment: Environment
    ) throws(SettingsError) -> (format: LogFormat, problem: Diagnostic?) {
        let escapeName = "LOG_FORMAT_ESCAPE"
        let word = try environment.word(escapeName, of: Escape.allCases.map(\.rawValue))
        let escape = word.flatMap { Escape(rawValue: $0) } ?? .default
        if try environment.flag("LOG_JSON") ?? false { return (.json, nil) }
        guard let text = environment["LOG_FORMAT"] else {
            return (LogFormat(template: LogFormat.virtualHost.template, escape: escape), nil)
        }
        do throws(Diagnostic) {
            return (try LogFormat(compiling: ByteString(text), escape: escape, at: .setting("LOG_FORMAT")), nil)
        } catch {
            var problem = error
            problem.message += ", so the access log has its usual form"
            return (.virtualHost, problem)
        }
    }
}
