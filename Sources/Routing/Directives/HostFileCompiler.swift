internal import Bytes

/// Compiles the directives of a host's file, and of the files that it includes, to a `HostFile`.
struct HostFileCompiler {
    /// What has been compiled so far.
    var file: HostFile
    /// The backends that `proxy_pass` names, in the order written.
    var passes: [ProxyPass] = []
    /// The groups that `upstream` made, by name.
    var groups: [ByteString: ServerGroup] = [:]
    /// The group whose block is being compiled.
    var openGroup = ServerGroup()
    /// `proxy_ssl_verify on`.
    var verification: Directive?
    /// What `proxy_ssl_trusted_certificate` names.
    var authorities: String?
    /// The formats that `log_format` has declared, by name.
    var logFormats: [ByteString: LogFormat] = [:]
    /// The zones that are declared, by name.
    var zones: [ByteString: LimitZone] = [:]
    /// The variables that the operator has made.
    var scope: VariableScope
    /// The match of the location whose block is being compiled; nil outside of every one.
    var openMatch: LocationMatch?
    /// How many blocks of the level of a location are open.
    var openBlocks = 0
    /// The named locations that are referred to, with what is to be said where they are not there.
    var namedReferences: [(name: ByteString, place: Diagnostic)] = []
    /// How many locations there are.
    var locationCount = 0

    /// What was declared before.
    let declared: Declarations
    let files: any VirtualHostFiles
    private let isDefault: Bool
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var errorCount = 0
    private(set) var context: DirectiveContexts
    /// The directives of the block that may stand there once, of which there are not many.
    private var seen: [(name: ByteString, position: SourcePosition)] = []
    private var openFiles: [String] = []
    private var includeCount = 0
    private(set) var sources: [[UInt8]] = []
    private(set) var mayHoldAccessRules = false

    /// What compiling a file came to.
    struct Outcome {
        /// The result; nil where there are errors.
        var file: CompiledFile?
        /// The errors and what else is worth saying.
        var diagnostics: [Diagnostic]
        /// Where there are errors: whether the file says, or could say, who may come in.
        var mayHoldAccessRules: Bool
    }

    /// Compiles what a file holds, which is of the server or of a location.
    ///
    /// - Parameters:
    ///   - isDefault: whether it stands for hosts without a file of their own.
    ///   - declared: what it may refer to.
    static func compile(
        _ content: FileContent, path: String, in context: DirectiveContexts = .server, isDefault: Bool = false,
        declared: Declarations = Declarations(), files: any VirtualHostFiles
    ) -> Outcome {
        var compiler = HostFileCompiler(
            path: path, context: context, isDefault: isDefault, declared: declared, files: files)
        compiler.compile(content, path: path)
        compiler.checkRequestHeaders(of: compiler.level)
        compiler.finish()
        let isGood = compiler.errorCount == 0
        return Outcome(
            file: isGood ? CompiledFile(compiler.file) : nil,
            diagnostics: compiler.diagnostics,
            mayHoldAccessRules: !isGood
                && (compiler.mayHoldAccessRules || compiler.sources.contains(where: AccessDirectives.mayStand)), )
    }

    /// Does what can be done only when everything is known.
    mutating func finish() {
        resolvePasses()
        resolveBackendTLS()
        checkAddedHeaders(of: level)
        if context == .server { checkNamedLocations() }
        file.declarations = Declarations(
            scope: scope, groups: declared.groups.merging(groups) { $1 }, zones: zones, logFormats: logFormats)
        file.usesCaptures = sources.contains(where: Self.mayAskForGroups)
    }

    init(
        path: String, context: DirectiveContexts, isDefault: Bool, declared: Declarations, files: any VirtualHostFiles
    ) {
        file = HostFile(path: path)
        self.declared = declared
        scope = declared.scope
        logFormats = declared.logFormats
        zones = declared.zones
        self.context = context
        self.isDefault = isDefault
        self.files = files
    }

    /// The level that is being compiled.
    var level: DirectiveLevel {
        get { file.level }
        _modify { yield &file.level }
    }

    /// What the directives of that level set.
    var settings: DirectiveSettings {
        get { file.level.settings }
        _modify { yield &file.level.settings }
    }

    /// Keeps a finding for the outcome; past a bound they are no longer kept.
    mutating func report(_ diagnostic: Diagnostic) {
        if diagnostic.severity == .error { errorCount += 1 }
        if diagnostics.count < Self.mostDiagnostics { diagnostics.append(diagnostic) }
    }

    /// The path that a directive means: as written when it begins with `/`, else below the folder that holds `vhost.d`.
    func path(_ argument: Directive.Argument, of directive: Directive) throws(Diagnostic) -> String {
        let text = argument.text.text
        guard !text.isEmpty else { throw directive.error(argument, "the path is empty") }
        guard !text.contains("$") else {
            throw directive.error(argument, "variables in a path are not supported", hint: "write the whole path")
        }
        return text.hasPrefix("/") ? text : "\(files.root)/\(text)"
    }

    /// Takes in the directives of the files that an `include` means, as if they stood in its place.
    mutating func include(_ directive: Directive) throws(Diagnostic) {
        let argument = directive.arguments[0]
        let pattern = try path(argument, of: directive)
        let isPattern = pattern.utf8.contains { Self.globBytes.contains($0) }
        let paths = isPattern ? files.paths(matching: pattern) : [pattern]
        for path in paths {
            includeCount += 1
            guard !openFiles.contains(path) else {
                throw directive.error(
                    argument, "\(Quoted(path)) includes itself", hint: "remove one of the include lines")
            }
            guard openFiles.count <= Self.deepestInclude, includeCount <= Self.mostIncludes else {
                throw directive.error(
                    argument, "more than \(Self.deepestInclude) files deep or \(Self.mostIncludes) files in all")
            }
            switch files.read(path) {
            case .bytes(let bytes):
                guard bytes.count + sources.reduce(0, { $0 + $1.count }) <= Self.mostBytes else {
                    mayHoldAccessRules = true
                    throw directive.error(argument, "the files of this host are larger than 2 MiB together")
                }
                compile(.bytes(bytes), path: path)
            case .missing where Self.isStandardParameters(path): continue
            case .missing:
                mayHoldAccessRules = true
                throw directive.error(
                    argument, "there is no file \(Quoted(path))", hint: "create it or remove this line")
            case .unreadable(let reason):
                mayHoldAccessRules = true
                throw directive.error(argument, "\(Quoted(path)) cannot be read: \(reason)")
            }
        }
    }

    /// Compiles a block's directives in their context; duplicates are counted anew.
    mutating func compileBlock(_ block: [Directive], in context: DirectiveContexts) {
        let outer = (self.context, seen)
        (self.context, seen) = (context, [])
        for directive in block { compile(directive) }
        (self.context, seen) = outer
    }

    /// Compiles a block that is a level of its own, and returns what it comes to.
    mutating func compileLevel(_ block: [Directive], in context: DirectiveContexts) -> DirectiveLevel {
        var outer = DirectiveLevel()
        swap(&outer, &file.level)
        compileBlock(block, in: context)
        swap(&outer, &file.level)
        return outer
    }

    /// Refuses a directive that says what only one host can say, where the file stands for several.
    func refuseInDefault(_ directive: Directive) throws(Diagnostic) {
        guard isDefault else { return }
        throw directive.error(
            directive.name, "\(directive.name.text) cannot stand in the file for all hosts",
            hint: "write it in the file of the one host that is meant")
    }

    /// Compiles what a file holds, behind what was compiled before.
    mutating func compile(_ content: FileContent, path: String) {
        guard case .bytes(let bytes) = content else {
            mayHoldAccessRules = true
            let reason = if case .unreadable(let reason) = content { reason } else { "it has vanished" }
            report(Diagnostic(.error, at: .wholeFile(path), "the file cannot be read: \(reason)"))
            return
        }
        sources.append(bytes)
        openFiles.append(path)
        defer { openFiles.removeLast() }
        do throws(Diagnostic) {
            let directives = try DirectiveParser.parse(bytes, file: path)
            scope.declare(directives)
            let isDeclaration = { (directive: Directive) in
                DirectiveCatalog.declarations.contains(directive.name.text)
            }
            let first = directives.filter(isDeclaration)
            let ordered = first.isEmpty ? directives : first + directives.filter { !isDeclaration($0) }
            for directive in ordered where errorCount < Self.mostErrors { compile(directive) }
        } catch {
            report(error)
        }
    }

    private mutating func compile(_ directive: Directive) {
        do throws(Diagnostic) {
            let row = try row(for: directive)
            if !row.repeats { try checkFirst(directive, row) }
            var directive = directive
            directive.scope = scope
            try row.apply(directive, &self)
            if context != .upstream { level.origins.append(DirectiveOrigin(directive)) }
        } catch {
            report(error)
        }
    }

    /// Refuses a directive that stood in the block before.
    private mutating func checkFirst(_ directive: Directive, _ row: DirectiveRow) throws(Diagnostic) {
        let (name, position) = (directive.name.text, directive.name.position)
        guard let index = seen.firstIndex(where: { $0.name == name }) else { return seen.append((name, position)) }
        let line = seen[index].position.line
        seen[index].position = position
        throw directive.error(
            directive.name, "\(row.name) stands here for the second time",
            hint: "it is already set in line \(line); remove one of the two")
    }

    /// The row of the catalog that the directive obeys.
    private func row(for directive: Directive) throws(Diagnostic) -> DirectiveRow {
        let rows = DirectiveCatalog.rows(named: directive.name.text)
        guard let row = rows.first(where: { $0.contexts.contains(context) }) else {
            guard let other = rows.first, UnsupportedDirectives.advice(for: other.name) == nil else {
                throw unknown(directive)
            }
            throw directive.error(
                directive.name, "\(other.name) cannot stand \(context.place)",
                hint: "it belongs \(other.contexts.place)")
        }
        guard row.arity.contains(directive.arguments.count) else { throw wrongArity(directive, row) }
        guard row.hasBlock == (directive.block != nil) else {
            let message = row.hasBlock ? "\(row.name) needs a block" : "\(row.name) has no block"
            throw directive.error(directive.name, message, hint: "write \(row.usage)")
        }
        return row
    }

    private func unknown(_ directive: Directive) -> Diagnostic {
        let name = directive.name.text.text
        let unsupported = directive.error(
            directive.name, "\(name) is not supported \(context.place)",
            hint: UnsupportedDirectives.advice(for: name, in: context))
        if UnsupportedDirectives.contains(name) { return unsupported }
        let suggestion =
            NearMiss.suggestion(for: name.lowercased(), among: DirectiveCatalog.names)
            ?? NearMiss.suggestion(for: name.lowercased(), among: UnsupportedDirectives.known.sorted())
        if suggestion == nil, UnsupportedDirectives.hasPrefix(of: name) { return unsupported }
        return directive.error(
            directive.name, "unknown directive \(Quoted(name))", hint: suggestion.map { "did you mean \($0)?" })
    }

    /// The fault of a directive with too few or too many words: often a semicolon that is missing a line above.
    private func wrongArity(_ directive: Directive, _ row: DirectiveRow) -> Diagnostic {
        if let missing = missingSemicolon(in: directive) { return missing }
        let count = directive.arguments.count
        return directive.error(
            directive.name, "\(row.name) has \(count) argument\(count == 1 ? "" : "s")", hint: "write \(row.usage)")
    }

    /// An error where a directive runs on into the next line, and that line begins with the name of another directive.
    func missingSemicolon(in directive: Directive) -> Diagnostic? {
        var last = directive.name
        for argument in directive.arguments {
            let isNext = argument.position.line > last.end.line && !argument.isQuoted
            if isNext, !DirectiveCatalog.rows(named: argument.text).isEmpty {
                return Diagnostic(
                    .error, at: .file(directive.file, last.end), "; is missing after \(Quoted(last.text))")
            }
            last = argument
        }
        return nil
    }

    /// Whether `$1` to `$9` or a named group stands in a file, or could.
    private static func mayAskForGroups(_ source: [UInt8]) -> Bool {
        source.withUnsafeBufferPointer { bytes in
            bytes.indices.dropLast().contains { index in
                switch bytes[index] {
                case UInt8(ascii: "$"): (0x31...0x39).contains(bytes[index + 1])
                case UInt8(ascii: "("): bytes[index + 1] == UInt8(ascii: "?")
                default: false
                }
            }
        }
    }

    private static let mostDiagnostics = 30
    private static let mostErrors = 10
    private static let deepestInclude = 8
    private static let mostIncludes = 100
    private static let mostBytes = 2 << 20
    private static let globBytes: Set<UInt8> = [UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "[")]
}
