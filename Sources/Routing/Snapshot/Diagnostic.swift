/// Something to tell the operator: what is wrong, where, why, and what to write instead.
package struct Diagnostic: Error, Hashable {
    /// How bad it is.
    package var severity: Severity
    /// Where it was found.
    package var place: Place
    /// What is wrong and why, one line without a full stop.
    package var message: String
    /// What to do instead, one line; nil where the message says it.
    package var hint: String?

    /// How bad a finding is.
    package enum Severity: String, Sendable {
        /// Something cannot be used; what it belongs to keeps its last good version, is shut or is left out.
        case error
        /// Used, but hardly what was meant.
        case warning
        /// Good to know.
        case note
    }

    /// Where something was found.
    package enum Place: Hashable, Sendable {
        /// A spot in a file.
        case file(String, SourcePosition)
        /// A file as a whole.
        case wholeFile(String)
        /// A container, and the variable of it where one is meant.
        case container(String, variable: String?)
        /// A variable of Portico's own environment.
        case setting(String)
    }

    /// A finding.
    package init(_ severity: Severity, at place: Place, _ message: String, hint: String? = nil) {
        self.severity = severity
        self.place = place
        self.message = message
        self.hint = hint
    }

    /// The path of the file that it is about, or nil.
    package var file: String? {
        switch place {
        case .file(let path, _), .wholeFile(let path): path
        case .container, .setting: nil
        }
    }

    /// Where in the file it is, or nil.
    package var position: SourcePosition? {
        if case .file(_, let position) = place { position } else { nil }
    }
}

extension Diagnostic: CustomStringConvertible {
    /// One line: `file:line:column: error: what and why; what to write instead`.
    package var description: String {
        let text = "\(place): \(severity.rawValue): \(message)"
        return hint.map { "\(text); \($0)" } ?? text
    }
}

extension Diagnostic.Place: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let path, let position): "\(path):\(position.line):\(position.column)"
        case .wholeFile(let path): path
        case .container(let name, nil): "container \(name)"
        case .container(let name, let variable?): "container \(name): \(variable)"
        case .setting(let name): name
        }
    }
}
