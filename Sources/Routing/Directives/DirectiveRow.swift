/// One directive that is understood: where it may stand, with how many arguments, and what it does.
struct DirectiveRow: Sendable {
    /// What an apply function does: takes the directive into what is being compiled, or says what is wrong with it.
    typealias Apply = @Sendable (Directive, inout HostFileCompiler) throws(Diagnostic) -> Void

    /// The name.
    let name: String
    /// The arguments as a manual would write them, for hints.
    let form: String
    /// Where it may stand.
    let contexts: DirectiveContexts
    /// How many arguments it takes.
    let arity: ClosedRange<Int>
    /// Whether a block follows its arguments.
    let hasBlock: Bool
    /// Whether it may stand more than once at one level.
    let repeats: Bool
    /// What it does.
    let apply: Apply

    init(
        _ name: String,
        _ form: String,
        in contexts: DirectiveContexts = .settings,
        arity: ClosedRange<Int> = 1...1,
        hasBlock: Bool = false,
        repeats: Bool = false,
        apply: @escaping Apply
    ) {
        self.name = name
        self.form = form
        self.contexts = contexts
        self.arity = arity
        self.hasBlock = hasBlock
        self.repeats = repeats
        self.apply = apply
    }

    /// How the directive is written as a whole.
    var usage: String { "\(name)\(form.isEmpty ? "" : " ")\(form)\(hasBlock ? " { … }" : ";")" }
}
