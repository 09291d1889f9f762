package import Bytes

/// Which paths a location covers (nginx: the arguments of `location`).
package enum LocationMatch: Hashable, Sendable {
    /// `= PATH`: this path alone.
    case exact(ByteString)
    /// `PATH`: every path that begins so, unless a longer one does too or a pattern matches.
    case prefix(ByteString)
    /// `^~ PATH`: like `prefix`, but no pattern is asked.
    case finalPrefix(ByteString)
    /// `~ PATTERN`, `~* PATTERN`: every path in which the pattern is found.
    case pattern(Pattern)
    /// `@NAME`: no path; where requests are sent from inside (`error_page`, `try_files`).
    case named(ByteString)
    /// The inside of an `if` or `limit_except`, which no path leads to.
    case block

    /// What `location` and `VIRTUAL_PATH` hold: a path, or `=`, `^~`, `~` or `~*` before one, with or without spaces between.
    ///
    /// - Throws: `LocationMatchError` where that is no path or no regular expression.
    package init(_ text: some StringProtocol) throws(LocationMatchError) {
        let text = String(text.trimmed)
        for (sign, make) in Self.signs where text.hasPrefix(sign) {
            self = try make(ByteString(String(text.dropFirst(sign.count).trimmed)))
            return
        }
        self = .prefix(try Self.path(ByteString(text)))
    }

    /// The match as it is written in a file of nginx.
    package var text: String {
        switch self {
        case .exact(let path): "= \(path)"
        case .prefix(let path): path.text
        case .finalPrefix(let path): "^~ \(path)"
        case .pattern(let pattern): "\(pattern.ignoresCase ? "~*" : "~") \(pattern.text)"
        case .named(let name): "@\(name)"
        case .block: "{ }"
        }
    }

    /// The path that stands in it; nil where none does.
    package var path: ByteString? {
        switch self {
        case .exact(let path), .prefix(let path), .finalPrefix(let path): path
        case .pattern, .named, .block: nil
        }
    }

    private typealias Make = @Sendable (ByteString) throws(LocationMatchError) -> LocationMatch

    /// In this order the first that a text begins with is the one that is meant.
    private static let signs: [(sign: String, make: Make)] = [
        ("=", { text throws(LocationMatchError) in .exact(try path(text)) }),
        ("^~", { text throws(LocationMatchError) in .finalPrefix(try path(text)) }),
        ("~*", { text throws(LocationMatchError) in .pattern(try pattern(text, ignoresCase: true)) }),
        ("~", { text throws(LocationMatchError) in .pattern(try pattern(text, ignoresCase: false)) }),
    ]

    private static func path(_ text: ByteString) throws(LocationMatchError) -> ByteString {
        guard text.bytes.first == ASCII.slash else { throw .noPath }
        guard text.count <= longest, text.bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { throw .badPath }
        return text
    }

    private static func pattern(_ text: ByteString, ignoresCase: Bool) throws(LocationMatchError) -> Pattern {
        guard !text.isEmpty else { throw .noPattern }
        guard text.bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { throw .badPath }
        do throws(PatternError) {
            return try Pattern(text, ignoresCase: ignoresCase)
        } catch {
            throw .badPattern(error)
        }
    }

    private static let longest = 4096
}
