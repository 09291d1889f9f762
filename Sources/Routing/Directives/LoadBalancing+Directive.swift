internal import Bytes

extension LoadBalancing {
    /// The method that a directive of `upstream { }` chooses.
    ///
    /// As backends come and go with `hash KEY`, only their own keys move, with or without `consistent`.
    init(_ directive: Directive) throws(Diagnostic) {
        let name = directive.name.text
        let arguments = directive.arguments
        let words = arguments.map(\.text)
        switch name {
        case "least_conn" where words.isEmpty: self = .leastConnections
        case "ip_hash" where words.isEmpty: self = .clientAddress
        case "random" where words.isEmpty: self = .random
        case "random" where words == ["two"] || words == ["two", "least_conn"]: self = .randomPair
        case "round_robin" where words.isEmpty: self = .roundRobin
        case "hash" where words.count == 1 || words.count == 2 && words[1] == "consistent":
            self = .hash(try directive.template(arguments[0]))
        default: throw directive.error(directive.name, Self.fault(name, words), hint: Self.choices)
        }
    }

    /// The method that the text of the `loadbalance` label chooses: directives as `upstream { }` has them.
    ///
    /// The last semicolon may be missing.
    static func parse(_ text: String) throws(Diagnostic) -> LoadBalancing {
        let isEnded = text.trimmed.hasSuffix(";")
        let directives = try DirectiveParser.parse(Array((isEnded ? text : text + ";").utf8), file: "")
        guard let directive = directives.first, directives.count == 1 else {
            throw Diagnostic(
                .error, at: .wholeFile(""), "\(Quoted(text)) is not one way to share requests", hint: choices)
        }
        return try LoadBalancing(directive)
    }

    private static func fault(_ name: ByteString, _ words: [ByteString]) -> String {
        let text = ByteString(Array(([name] + words).map(\.bytes).joined(separator: [ASCII.space])))
        return "\(Quoted(text)) is not a way to share requests"
    }

    private static let choices =
        "write least_conn, ip_hash, hash KEY, hash KEY consistent, random or random two least_conn"
}
