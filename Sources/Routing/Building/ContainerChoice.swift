internal import Bytes

/// Reads settings that the containers of one host share: the oldest that says something usable decides.
struct ContainerChoice {
    /// What was found wrong.
    private(set) var diagnostics: [Diagnostic] = []
    private let containers: [Container]
    private let host: String

    /// Reads from the containers of `host`, which come oldest first.
    init(_ containers: [Container], host: String) {
        self.containers = containers
        self.host = host
    }

    /// The value of a variable, or of the label of the same name; nil where no container gives a usable one.
    mutating func value<Value: Equatable>(
        _ variable: String, expecting: @autoclosure () -> String, read: (String) -> Value?
    ) -> Value? {
        value(variable, of: { $0.value(variable) }) { text throws(Diagnostic) in
            guard let value = read(text) else {
                throw Diagnostic(
                    .error, at: .setting(variable), "\(Quoted(text)) cannot be used", hint: "write \(expecting())")
            }
            return value
        }
    }

    /// The value that `read` makes of the texts that `text` finds; what it throws is reported at the setting's `name`.
    mutating func value<Value: Equatable>(
        _ name: String, of text: (Container) -> String?, read: (String) throws(Diagnostic) -> Value
    ) -> Value? {
        var chosen: (value: Value, text: String, container: String)?
        for container in containers {
            guard let text = text(container) else { continue }
            let value: Value
            do throws(Diagnostic) {
                value = try read(text)
            } catch {
                var finding = error
                finding.place = .container(container.name, variable: name)
                diagnostics.append(finding)
                continue
            }
            guard let first = chosen else {
                chosen = (value, text, container.name)
                continue
            }
            guard first.value != value else { continue }
            diagnostics.append(
                Diagnostic(
                    .warning, at: .container(container.name, variable: name),
                    "\(Quoted(text)) has no effect on \(host), because the older container \(first.container) says "
                        + "\(Quoted(first.text))",
                    hint: "give all containers of a host the same value"))
        }
        return chosen?.value
    }
}
