/// The environment variables of a process, read as nginx-proxy reads its own.
package struct Environment: Sendable {
    private let variables: [String: String]

    /// The given variables.
    package init(_ variables: [String: String]) { self.variables = variables }

    /// The environment with these variables alone.
    func only(_ names: Set<String>) -> Environment { Environment(variables.filter { names.contains($0.key) }) }

    /// The variable's text without blanks around it; nil when it is not set, or set to nothing.
    package subscript(name: String) -> String? {
        guard let text = variables[name] else { return nil }
        var trimmed = Substring(text)
        while trimmed.first?.isWhitespace == true { trimmed.removeFirst() }
        while trimmed.last?.isWhitespace == true { trimmed.removeLast() }
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    /// The variable as a truth value, in the words that Go's `strconv.ParseBool` takes; nil when it is not set.
    ///
    /// - Throws: `SettingsError.word` for another word.
    package func flag(_ name: String) throws(SettingsError) -> Bool? {
        guard let text = self[name] else { return nil }
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": return true
        case "0", "f", "F", "false", "FALSE", "False": return false
        default: throw .word(setting: name, text: text, allowed: ["true", "false"])
        }
    }

    /// The variable as a whole number; nil when it is not set.
    ///
    /// - Throws: `SettingsError.number` for anything outside the range.
    package func number(_ name: String, allowed: ClosedRange<Int>) throws(SettingsError) -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text), allowed.contains(number) else {
            throw .number(setting: name, text: text, allowed: allowed)
        }
        return number
    }

    /// The variable as one of the given words; nil when it is not set.
    ///
    /// - Throws: `SettingsError.word` for another word.
    package func word(_ name: String, of allowed: [String]) throws(SettingsError) -> String? {
        guard let text = self[name] else { return nil }
        guard allowed.contains(text) else { throw .word(setting: name, text: text, allowed: allowed) }
        return text
    }
}
