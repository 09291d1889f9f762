import Bytes
import Routing

/// Files that exist only in a test; the folder that holds `vhost.d` is `/etc/nginx`.
struct MemoryFiles: VirtualHostFiles {
    var contents: [String: FileContent]
    var passwordFileNames: [String] = []
    var hostFolders: [String] = []

    /// Files named by their path below `/etc/nginx`, or by a whole path.
    init(_ texts: [String: String] = [:], passwordFiles: [String] = []) {
        contents = [:]
        for (path, text) in texts { self[path] = .bytes(Array(text.utf8)) }
        passwordFileNames = passwordFiles
    }

    subscript(path: String) -> FileContent? {
        get { contents[whole(path)] }
        set { contents[whole(path)] = newValue }
    }

    var root: String { "/etc/nginx" }
    var hostFolder: String { "/etc/nginx/vhost.d" }
    var passwordFolder: String { "/etc/nginx/htpasswd" }

    var hostFiles: [String] {
        contents.keys.filter { $0.hasPrefix(hostFolder + "/") }.map { String($0.dropFirst(hostFolder.utf8.count + 1)) }
    }

    func read(_ path: String) -> FileContent { contents[path] ?? .missing }

    /// Understands one `*` at any place.
    func paths(matching pattern: String) -> [String] {
        let parts = pattern.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return contents.keys.filter {
            $0.hasPrefix(parts[0]) && $0.hasSuffix(parts[1]) && $0.utf8.count >= pattern.utf8.count - 1
        }.sorted()
    }

    private func whole(_ path: String) -> String { path.hasPrefix("/") ? path : "\(root)/\(path)" }
}

/// A generator whose numbers are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}

/// The parts of a template as a reader would write them, for expectations.
func written(_ template: Template) -> [String] {
    template.pieces.map {
        switch $0 {
        case .literal(let text): text.text
        case .variable(let variable): "<\(variable)>"
        }
    }
}
