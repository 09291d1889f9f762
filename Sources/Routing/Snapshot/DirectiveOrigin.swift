package import Bytes

/// Where a directive stands that holds for a host or location: for whoever asks why, never for a request.
///
/// It keeps the words and not where each of them stands, so that it costs little.
package struct DirectiveOrigin: Hashable, Sendable {
    /// The directive's name.
    package let name: ByteString
    /// The file that it stands in.
    package let file: String
    /// Where in it.
    package let position: SourcePosition
    private let arguments: [Word]

    init(_ directive: Directive) {
        name = directive.name.text
        file = directive.file
        position = directive.name.position
        arguments = directive.arguments.map { Word(text: $0.text, isQuoted: $0.isQuoted) }
    }

    /// What is kept of an argument, for as long as the host is served.
    private struct Word: Hashable {
        let text: ByteString
        let isQuoted: Bool
    }

    /// The directive without its semicolon or block, words with spaces in quotes.
    package var text: String {
        ([name.text] + arguments.map { $0.isQuoted ? "\"\($0.text.text)\"" : $0.text.text }).joined(separator: " ")
    }

    /// Its words behind the name.
    package var words: [String] { arguments.map(\.text.text) }
}

extension [[DirectiveOrigin]] {
    /// The directives of these names that are in force, where the outermost level comes first: those of the innermost
    /// level that has any, because there they replace all further out.
    package func inForce(_ names: ByteString...) -> [DirectiveOrigin] {
        for level in reversed() {
            let found = level.filter { names.contains($0.name) }
            if !found.isEmpty { return found }
        }
        return []
    }
}
