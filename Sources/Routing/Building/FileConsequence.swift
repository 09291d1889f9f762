/// What a file that cannot be used means for its hosts.
struct FileConsequence: Equatable {
    /// The hosts that keep what it said when it could last be used.
    var keeping: [String] = []
    /// The hosts that are shut.
    var shut: [String] = []
    /// The hosts that are served without it.
    var without: [String] = []

    /// What it means for the hosts of both.
    static func + (a: FileConsequence, b: FileConsequence) -> FileConsequence {
        FileConsequence(keeping: a.keeping + b.keeping, shut: a.shut + b.shut, without: a.without + b.without)
    }

    /// A finding for each kind of consequence.
    func diagnostics(path: String) -> [Diagnostic] {
        [
            (keeping, "the settings stay as they were when the file was last in order"),
            (shut, "every request is answered with 503 until the file is in order"),
            (without, "requests are served without the file, which says nothing of access"),
        ].filter { !$0.0.isEmpty }.map { hosts, text in
            Diagnostic(.note, at: .wholeFile(path), "\(text) (\(Self.list(hosts)))")
        }
    }

    private static func list(_ hosts: [String]) -> String {
        hosts.count <= shown
            ? hosts.joined(separator: ", ")
            : "\(hosts.prefix(shown).joined(separator: ", ")) and \(hosts.count - shown) more"
    }

    private static let shown = 5
}
