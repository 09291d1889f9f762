internal import Bytes

/// Puts the words of a file together to directives.
struct DirectiveParser {
    /// The most bytes that a file may have.
    static let largestFile = 1 << 20

    private var lexer: DirectiveLexer
    private let file: String

    /// The directives of a file, or the first thing that is wrong with its form.
    static func parse(_ bytes: [UInt8], file: String) throws(Diagnostic) -> [Directive] {
        guard bytes.count <= largestFile else {
            throw Diagnostic(
                .error, at: .wholeFile(file), "the file is larger than 1 MiB", hint: "this is not a file of directives")
        }
        var parser = DirectiveParser(lexer: DirectiveLexer(bytes, file: file), file: file)
        return try parser.directives(in: nil, depth: 0)
    }

    private mutating func directives(in opening: SourcePosition?, depth: Int) throws(Diagnostic) -> [Directive] {
        var result: [Directive] = []
        var words: [Directive.Argument] = []
        while true {
            switch try lexer.next() {
            case .word(let word):
                try checkForOtherLanguages(word, isFirst: words.isEmpty)
                words.append(word)
            case .semicolon(let position):
                guard let name = words.first else {
                    throw error(position, "unexpected ;", hint: "a directive must stand before it")
                }
                result.append(Directive(file: file, name: name, arguments: Array(words.dropFirst()), block: nil))
                words.removeAll(keepingCapacity: true)
            case .open(let position):
                guard let name = words.first else {
                    throw error(position, "unexpected {", hint: "a directive must stand before it")
                }
                try checkForPattern(words, position)
                guard depth < Self.deepestBlock else {
                    throw error(position, "blocks are nested deeper than \(Self.deepestBlock) times")
                }
                let block = try directives(in: position, depth: depth + 1)
                result.append(Directive(file: file, name: name, arguments: Array(words.dropFirst()), block: block))
                words.removeAll(keepingCapacity: true)
            case .close(let position):
                if let last = words.last { throw missingSemicolon(after: last) }
                guard opening != nil else {
                    throw error(position, "unexpected }", hint: "no block is open here")
                }
                return result
            case .end:
                if let last = words.last { throw missingSemicolon(after: last) }
                if let opening {
                    throw error(opening, "the block that begins here is never closed", hint: "write } at its end")
                }
                return result
            }
        }
    }

    /// Names what was pasted in from somewhere else, which would be reported as something odd further on.
    private func checkForOtherLanguages(_ word: Directive.Argument, isFirst: Bool) throws(Diagnostic) {
        guard !word.isQuoted else { return }
        let text = word.text
        if text.bytes.starts(with: Self.hereDocument) {
            throw error(
                word.position, "a shell command that writes a file was pasted in, not what it writes",
                hint: "keep only the lines between \(text) and the word that ends them")
        }
        guard isFirst else { return }
        if Self.commentSigns.contains(where: { text.bytes.starts(with: $0) }) {
            throw error(
                word.position, "\(Quoted(text)) begins no comment here",
                hint: "write # before each line that is to be left out")
        }
        if Self.shellWords.contains(text) {
            throw error(
                word.position, "\(Quoted(text)) belongs to a shell, and no directive is called so",
                hint: "remove the line; a file of vhost.d holds directives alone")
        }
    }

    /// A `{` right behind a word, with a number behind it, is meant for the regular expression that it cuts in two.
    private func checkForPattern(_ words: [Directive.Argument], _ brace: SourcePosition) throws(Diagnostic) {
        guard let last = words.last, !last.isQuoted, last.end == brace, lexer.isAtDigit else { return }
        throw error(
            brace, "the { ends the regular expression, as in nginx, because it stands outside of quotes",
            hint: "write the whole expression in quotes, such as \"^/[a-z]{2}/\"")
    }

    private static let hereDocument = Array("<<".utf8)
    private static let commentSigns = ["/*", "*/", "//"].map { Array($0.utf8) }
    private static let shellWords: [ByteString] = ["EOF", "EOT", "EOL", "cat", "echo", "printf", "sudo", "tee"]

    private func missingSemicolon(after word: Directive.Argument) -> Diagnostic {
        error(word.end, "; is missing after \(Quoted(word.text))")
    }

    private func error(_ position: SourcePosition, _ message: String, hint: String? = nil) -> Diagnostic {
        Diagnostic(.error, at: .file(file, position), message, hint: hint)
    }

    private static let deepestBlock = 16
}
