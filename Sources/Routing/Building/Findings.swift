/// What was found out while one part of a snapshot was built, beside that part.
struct Findings: Equatable {
    /// What is wrong or worth saying.
    var diagnostics: [Diagnostic] = []
    /// The containers that get no requests, with the reason.
    var leftOut: [LeftOutContainer] = []
    /// What files that cannot be used mean for the host, by path.
    var consequences: [String: FileConsequence] = [:]
    /// The password files that are needed.
    var passwordFiles: Set<String> = []
    /// The names whose addresses are needed, in lower case.
    var names: Set<String> = []
    /// Those of them that had none.
    var unresolvedNames: Set<String> = []

    /// The files of access logs.
    var logFiles: Set<String> = []

    /// Whether nothing was found out.
    var isEmpty: Bool {
        diagnostics.isEmpty && leftOut.isEmpty && consequences.isEmpty && passwordFiles.isEmpty && names.isEmpty
            && logFiles.isEmpty
    }

    /// These, and behind them those of another part.
    static func += (findings: inout Findings, other: Findings) {
        findings.diagnostics += other.diagnostics
        findings.leftOut += other.leftOut
        findings.consequences.merge(other.consequences) { $0 + $1 }
        findings.passwordFiles.formUnion(other.passwordFiles)
        findings.names.formUnion(other.names)
        findings.unresolvedNames.formUnion(other.unresolvedNames)
        findings.logFiles.formUnion(other.logFiles)
    }
}

extension Sequence where Element: Hashable {
    /// What several say is said once, where it was said first.
    var withoutRepetitions: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
