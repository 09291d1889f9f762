package import Bytes

/// The arguments of `try_files`.
package struct FileAttempts: Hashable, Sendable {
    /// A path whose file is served if it is there.
    package struct Candidate: Hashable, Sendable {
        /// The path within the location's folder.
        package var path: Template
        /// Whether a folder must stand there, because the path was written with a `/` at its end, which `path` does not hold.
        package var isFolder: Bool

        /// A candidate.
        package init(path: Template, isFolder: Bool) {
            self.path = path
            self.isFolder = isFolder
        }
    }

    /// What happens when no candidate is there.
    package enum Fallback: Hashable, Sendable {
        /// The request is served as if the client had asked for this path, which may have a query.
        case path(Template)
        /// The request is served by the location `@NAME`.
        case named(ByteString)
        /// It is answered with this status.
        case status(Int)
    }

    /// What is looked for, in this order.
    package var candidates: [Candidate]
    /// What is done where none of them is there.
    package var fallback: Fallback

    /// The given arguments.
    package init(candidates: [Candidate], fallback: Fallback) {
        self.candidates = candidates
        self.fallback = fallback
    }
}
