internal import Bytes

/// One directive as it stands in a file: a name, arguments, and a block where it has one.
struct Directive: Hashable, Sendable {
    /// The file that it stands in.
    var file: String
    /// Its first word.
    var name: Argument
    /// Its other words.
    var arguments: [Argument]
    /// What stands between its braces; nil where it ends in a semicolon.
    var block: [Directive]?
    /// The variables that may stand in its words beside those that every file knows.
    var scope = VariableScope()

    /// A word, without its quotes and with its escapes resolved.
    struct Argument: Hashable, Sendable {
        /// The bytes that the word stands for.
        var text: ByteString
        /// Where the word is written, quotes included.
        var position: SourcePosition
        /// Where the byte behind it is, or would be.
        var end: SourcePosition
        /// Whether it is written in quotes.
        var isQuoted = false
    }

    /// A finding about one of its words.
    func diagnostic(
        _ severity: Diagnostic.Severity, _ argument: Argument, _ message: String, hint: String? = nil
    ) -> Diagnostic {
        Diagnostic(severity, at: .file(file, argument.position), message, hint: hint)
    }

    /// An error about one of its words.
    func error(_ argument: Argument, _ message: String, hint: String? = nil) -> Diagnostic {
        diagnostic(.error, argument, message, hint: hint)
    }
}
