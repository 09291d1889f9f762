internal import Routing

/// A finding in a form to be sent: what `portico check --json` prints of each.
package struct CheckFinding: Codable, Equatable, Sendable {
    /// `error`, `warning` or `note`.
    package var severity: String
    /// The file; nil where it is about none.
    package var file: String?
    /// The line in the file, from 1 on.
    package var line: Int?
    /// The column in bytes, from 1 on.
    package var column: Int?
    /// How many bytes from there on are meant.
    package var length: Int?
    /// The container that it is about.
    package var container: String?
    /// The setting, or the variable of the container, that it is about.
    package var setting: String?
    /// What is wrong and why.
    package var message: String
    /// What to do instead.
    package var hint: String?

    init(_ diagnostic: Diagnostic) {
        severity = diagnostic.severity.rawValue
        file = diagnostic.file
        line = diagnostic.position?.line
        column = diagnostic.position?.column
        length = diagnostic.position?.length
        switch diagnostic.place {
        case .container(let name, let variable): (container, setting) = (name, variable)
        case .setting(let name): setting = name
        case .file, .wholeFile: break
        }
        message = diagnostic.message
        hint = diagnostic.hint
    }

    /// One line: place, severity, message and hint.
    package var text: String {
        var place = file ?? setting ?? ""
        if let container { place = "container \(container)" + (setting.map { ": \($0)" } ?? "") }
        if let line, let column { place += ":\(line):\(column)" }
        return "\(place): \(severity): \(message)" + (hint.map { "; \($0)" } ?? "")
    }
}
