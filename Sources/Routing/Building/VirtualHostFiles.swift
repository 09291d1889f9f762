/// The files that hold directives, as the builder sees them: whoever owns the file system stands behind this.
package protocol VirtualHostFiles {
    /// The folder that holds `vhost.d`, without a final slash; relative paths in directives start here.
    var root: String { get }
    /// The path of `vhost.d`, without a final slash.
    var hostFolder: String { get }
    /// The names of the files in `vhost.d`, folders left out.
    var hostFiles: [String] { get }
    /// The names of the folders in `vhost.d`, which can be no host's file.
    var hostFolders: [String] { get }
    /// The path of the folder whose files protect the host of their name, without a final slash (`htpasswd`).
    var passwordFolder: String { get }
    /// The names of the files in `passwordFolder`, folders left out.
    var passwordFileNames: [String] { get }
    /// What stands in a file, or why that cannot be known. More than 1 MiB need not be read: it is refused.
    func read(_ path: String) -> FileContent
    /// Says which files will be read next, so that they can be read together.
    func readAhead(_ paths: [String])
    /// The paths that match a pattern with `*`, `?` and `[…]`, sorted (glob(7)).
    func paths(matching pattern: String) -> [String]
}

extension VirtualHostFiles {
    /// None.
    package var hostFolders: [String] { [] }

    /// Each is read when its turn comes.
    package func readAhead(_ paths: [String]) {}
}

/// What reading a file came to.
package enum FileContent: Hashable, Sendable {
    /// Its bytes.
    case bytes([UInt8])
    /// There is no such file.
    case missing
    /// It is there and cannot be read; the text says why.
    case unreadable(String)
}
