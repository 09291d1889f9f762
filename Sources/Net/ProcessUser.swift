private import CLinux
private import Glibc

/// A user and a group that a process can run as.
package struct ProcessUser: Equatable, Sendable {
    /// The user's number.
    package let user: UInt32
    /// The group's number.
    package let group: UInt32

    /// The effective ones of this process.
    package static var current: ProcessUser { ProcessUser(user: geteuid(), group: getegid()) }

    private init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }

    /// Looks up `NAME`, `NAME:GROUP`, or numbers in their place; nil where one of them is not known (getpwnam(3)).
    ///
    /// Without a group it is the user's own. A number that no user has needs a group beside it.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, !name.isEmpty else { return nil }
        let entry = (UInt32(name).map { getpwuid($0) } ?? getpwnam(name)).map(\.pointee)
        guard let user = entry?.pw_uid ?? UInt32(name) else { return nil }
        if parts.count == 2 {
            guard let group = UInt32(parts[1]) ?? getgrnam(parts[1])?.pointee.gr_gid else { return nil }
            self.init(user: user, group: group)
        } else {
            guard let group = entry?.pw_gid else { return nil }
            self.init(user: user, group: group)
        }
    }

    /// Makes this process run as the user from now on, in no further group, and without any capability but that of opening
    /// ports below 1024, where it has that one; and makes sure that it cannot go back (setresuid(2), capabilities(7)).
    ///
    /// It must be called while the process has one thread: capabilities belong to threads.
    /// - Throws: `SystemError`; EPERM where the process may not change its user. What it was half-way is not undone.
    package func become() throws(SystemError) {
        guard portico_become(user, group) == 0 else { throw .current("setresuid") }
    }
}
