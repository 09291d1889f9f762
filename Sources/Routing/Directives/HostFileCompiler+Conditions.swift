internal import Bytes

extension HostFileCompiler {
    /// The condition of an `if`: `($VARIABLE)`, or a comparison.
    func condition(of directive: Directive) throws(Diagnostic) -> Condition {
        var words = directive.arguments
        try removeParentheses(from: &words, directive)
        let operand = words[0]
        let isFile = operand.text.bytes.first == UInt8(ascii: "-") || operand.text.bytes.starts(with: "!-".utf8)
        if isFile {
            throw directive.error(
                operand, "if cannot ask for files", hint: "write try_files PATH… in the location instead")
        }
        let subject = try directive.template(operand)
        guard subject.pieces.count == 1, case .variable? = subject.pieces.first else {
            let isNegated = operand.text.bytes.first == UInt8(ascii: "!")
            throw directive.error(
                operand, "a condition begins with one variable, and \(Quoted(operand.text)) is none",
                hint: isNegated ? "write ($VARIABLE = \"\") for what is not set" : "write if ($VARIABLE = VALUE)")
        }
        guard words.count > 1 else { return .isSet(subject) }
        let sign = words[1]
        if words.count > 3, ["&&", "||", "and", "or"].contains(words[3].text.text) {
            throw directive.error(
                words[3], "conditions cannot be joined, as in nginx",
                hint: "write set $x A; if (…) { set $x B; } for each of them, and ask for $x last")
        }
        guard words.count == 3 else {
            throw directive.error(
                words[words.count > 3 ? 3 : 1], "\(Quoted(words[words.count > 3 ? 3 : 1].text)) cannot stand here",
                hint: "write ($VARIABLE = VALUE); a value with spaces needs quotes")
        }
        switch sign.text {
        case "=": return .equals(subject, try directive.template(words[2]), isNegated: false)
        case "!=": return .equals(subject, try directive.template(words[2]), isNegated: true)
        case "~": return .matches(subject, try pattern(words[2], ignoresCase: false, directive), isNegated: false)
        case "~*": return .matches(subject, try pattern(words[2], ignoresCase: true, directive), isNegated: false)
        case "!~": return .matches(subject, try pattern(words[2], ignoresCase: false, directive), isNegated: true)
        case "!~*": return .matches(subject, try pattern(words[2], ignoresCase: true, directive), isNegated: true)
        default:
            let hint = sign.text == "==" ? "write = for equality" : "write =, !=, ~, ~*, !~ or !~*"
            throw directive.error(sign, "\(Quoted(sign.text)) is not a comparison", hint: hint)
        }
    }

    /// Takes the parentheses away, which may be words of their own.
    private func removeParentheses(
        from words: inout [Directive.Argument], _ directive: Directive
    ) throws(Diagnostic) {
        let hint = "write if ($VARIABLE = VALUE) { … }"
        guard words[0].text.bytes.first == UInt8(ascii: "("), !words[0].isQuoted else {
            throw directive.error(words[0], "the condition needs parentheses", hint: hint)
        }
        words[0].dropFirstByte()
        if words[0].text.isEmpty { words.removeFirst() }
        guard let last = words.last, last.text.bytes.last == UInt8(ascii: ")"), !last.isQuoted else {
            throw directive.error(words.last ?? directive.name, "the condition lacks its closing )", hint: hint)
        }
        words[words.count - 1].dropLastByte()
        if words[words.count - 1].text.isEmpty { words.removeLast() }
        guard !words.isEmpty else { throw directive.error(directive.name, "the condition is empty", hint: hint) }
    }
}

extension Directive.Argument {
    fileprivate mutating func dropFirstByte() {
        text = ByteString(Array(text.bytes.dropFirst()))
        position.column += 1
        position.length -= 1
    }

    fileprivate mutating func dropLastByte() {
        text = ByteString(Array(text.bytes.dropLast()))
        position.length -= 1
        end.column -= 1
    }
}
