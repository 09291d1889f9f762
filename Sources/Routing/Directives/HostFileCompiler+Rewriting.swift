internal import Bytes

extension HostFileCompiler {
    /// `return CODE [TEXT | URL]` or `return URL`.
    mutating func addReturn(_ directive: Directive) throws(Diagnostic) {
        try add(.answer(try Return(directive)), directive)
    }

    /// `break`.
    mutating func addBreak(_ directive: Directive) throws(Diagnostic) { try add(.stop, directive) }

    /// `set $NAME VALUE`.
    mutating func addAssignment(_ directive: Directive) throws(Diagnostic) {
        let argument = directive.arguments[0]
        let name = try ownVariable(directive)
        let value = try directive.template(directive.arguments[1])
        switch Variable(name: name.text) {
        case nil: try add(.assign(name, value), directive)
        case .args?: try add(.assignQuery(value), directive)
        default:
            throw directive.error(
                argument, "$\(name) is Portico's own variable, which cannot be set",
                hint: "give your variable another name")
        }
    }

    /// The name, in lower case, of the variable that a directive gives a value.
    func ownVariable(_ directive: Directive) throws(Diagnostic) -> ByteString {
        let argument = directive.arguments[0]
        guard argument.text.bytes.first == UInt8(ascii: "$"), argument.text.count > 1 else {
            throw directive.error(
                argument, "\(Quoted(argument.text)) is not a variable",
                hint: "write \(directive.name.text) $NAME VALUE;")
        }
        let name = VariableScope.lowercased(argument.text.bytes.dropFirst())
        guard name.bytes.allSatisfy({ ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "_") }) else {
            throw directive.error(
                argument, "\(Quoted(argument.text)) is not a variable", hint: "a name has letters, digits and _")
        }
        return name
    }

    /// `rewrite PATTERN REPLACEMENT [last | break | redirect | permanent]`.
    mutating func addRewrite(_ directive: Directive) throws(Diagnostic) {
        if let missing = missingSemicolon(in: directive) { throw missing }
        let pattern = try pattern(directive.arguments[0], ignoresCase: false, directive)
        let argument = directive.arguments[1]
        var text = argument.text.bytes
        var outcome = Rewrite.Outcome.next
        if ["http://", "https://", "$scheme"].contains(where: { text.starts(with: $0.utf8) }) {
            outcome = .redirect(302)
        }
        if directive.arguments.count == 3 {
            let flag = try directive.choice(directive.arguments[2], ["last", "break", "redirect", "permanent"])
            switch (flag, outcome) {
            case (2, _): outcome = .redirect(302)
            case (3, _): outcome = .redirect(301)
            case (0, .next): outcome = .last
            case (1, .next): outcome = .stop
            default: break
            }
        }
        let isRedirect = if case .redirect = outcome { true } else { false }
        guard text.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            throw directive.error(argument, "a path cannot hold line ends or other control bytes")
        }
        let keepsQuery = text.last != UInt8(ascii: "?")
        if !keepsQuery { text.removeLast() }
        let question = text.firstIndex(of: UInt8(ascii: "?"))
        let split = isRedirect ? text.count : question ?? text.count
        let path = Directive.Argument(
            text: ByteString(Array(text[..<split])), position: argument.position, end: argument.end)
        let query = Directive.Argument(
            text: ByteString(Array(text[min(split + 1, text.count)...])), position: argument.position, end: argument.end
        )
        try add(
            .rewrite(
                Rewrite(
                    pattern: pattern, path: try directive.template(path),
                    query: split < text.count ? try directive.template(query) : nil, keepsQuery: keepsQuery,
                    hasQuery: question != nil, outcome: outcome)), directive)
    }

    /// `if (CONDITION) { … }`.
    mutating func addBranch(_ directive: Directive) throws(Diagnostic) {
        let condition = try condition(of: directive)
        guard level.branches.count < Self.mostBranches else {
            throw directive.error(directive.name, "there are more than \(Self.mostBranches) ifs on one level")
        }
        let isInLocation = context == .location
        let inner = compileLevel(directive.block ?? [], in: isInLocation ? .locationIf : .serverIf)
        var block: Int?
        if isInLocation {
            block = level.branches.count
            level.branches.append(inner)
        }
        try add(.branch(condition, steps: inner.steps, block: block), directive)
    }

    private mutating func add(_ step: RewriteStep, _ directive: Directive) throws(Diagnostic) {
        guard level.steps.count < Self.mostSteps else {
            throw directive.error(
                directive.name, "there are more than \(Self.mostSteps) steps of rewriting on one level")
        }
        level.steps.append(step)
    }

    /// A word compiled as a regular expression.
    func pattern(
        _ argument: Directive.Argument, ignoresCase: Bool, _ directive: Directive
    ) throws(Diagnostic) -> Pattern {
        do throws(PatternError) {
            return try Pattern(argument.text, ignoresCase: ignoresCase)
        } catch {
            throw directive.error(
                argument, "\(Quoted(argument.text)) \(error.message) (at byte \(error.offset + 1))",
                hint: argument.isQuoted ? nil : "a regular expression with { or ; needs quotes")
        }
    }

    private static let mostBranches = 200
    private static let mostSteps = 500
}
