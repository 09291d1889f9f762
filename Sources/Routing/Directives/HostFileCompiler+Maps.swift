internal import Bytes

extension HostFileCompiler {
    /// `map TEXT $NAME { … }`.
    mutating func addMap(_ directive: Directive) throws(Diagnostic) {
        let source = try directive.template(directive.arguments[0])
        let target = directive.arguments[1]
        let name = VariableScope.lowercased(target.text.bytes.dropFirst())
        let isName = name.bytes.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "_") }
        guard target.text.bytes.first == UInt8(ascii: "$"), !name.isEmpty, isName else {
            throw directive.error(
                target, "\(Quoted(target.text)) is not a variable", hint: "write map TEXT $NAME { … }")
        }
        guard Variable(name: name.text) == nil else {
            throw directive.error(
                target, "$\(name) is Portico's own variable, which cannot be set",
                hint: "give your variable another name")
        }
        var names: [(text: ByteString, value: Template)] = []
        var patterns: [(pattern: Pattern, value: Template)] = []
        var fallback: Template?
        var known: Set<ByteString> = []
        for entry in directive.block ?? [] {
            var entry = entry
            entry.scope = scope
            if entry.arguments.isEmpty, entry.block == nil, !entry.name.isQuoted {
                if entry.name.text == "volatile" { continue }
                if entry.name.text == "hostnames" {
                    throw entry.error(
                        entry.name, "names with * are not supported in a map",
                        hint: "write a regular expression such as ~\\.example\\.org$")
                }
            }
            guard entry.arguments.count == 1, entry.block == nil else {
                throw missingSemicolon(in: entry)
                    ?? entry.error(entry.name, "a line of a map has two words", hint: "write TEXT VALUE;")
            }
            let value = try entry.template(entry.arguments[0])
            guard known.insert(entry.name.text).inserted, known.count <= Self.mostLines else {
                throw entry.error(entry.name, "\(Quoted(entry.name.text)) stands here for the second time")
            }
            switch entry.name.text.bytes.first {
            case _ where entry.name.text == "default" && !entry.name.isQuoted: fallback = value
            case UInt8(ascii: "~"):
                let ignoresCase = entry.name.text.bytes.starts(with: "~*".utf8)
                var expression = entry.name
                expression.text = ByteString(Array(expression.text.bytes.dropFirst(ignoresCase ? 2 : 1)))
                patterns.append((try pattern(expression, ignoresCase: ignoresCase, entry), value))
            case UInt8(ascii: "\\"): names.append((VariableScope.lowercased(entry.name.text.bytes.dropFirst()), value))
            case _ where entry.name.text == "include" && !entry.name.isQuoted:
                throw entry.error(
                    entry.name, "a map cannot include a file", hint: "write its lines here, or \\include for the word")
            default: names.append((VariableScope.lowercased(entry.name.text.bytes[...]), value))
            }
        }
        guard scope.maps[name] == nil else {
            throw directive.error(target, "$\(name) is made by a map already")
        }
        scope.maps[name] = VariableMap(
            source: source, names: names, patterns: patterns, fallback: fallback ?? Template(literal: ""))
    }

    private static let mostLines = 10_000
}
