private import Glibc

/// What can be wrong with a password, a hash of one, or the file that holds the hashes.
///
/// No case carries a password or a hash, so a description may always be printed or logged.
package enum PasswordError: Error, Equatable, Sendable {
    /// The text after the user's name is not a hash that can be checked; the reason says why.
    case unreadableHash(String)
    /// There is no file of this path.
    case missingFile(String)
    /// The path leads to something other than a regular file.
    case notAFile(String)
    /// The file is larger than `PasswordFile.sizeLimit` or has more lines than `PasswordFile.lineLimit`.
    case tooLarge(String)
    /// A system call on the file failed with an error number (errno(3)).
    case system(path: String, action: String, code: Int32)
    /// The new file could not be given the owner of the old one, so the old one was left as it is.
    case ownerCannotBeKept(path: String, user: UInt32, group: UInt32)
    /// The user's name cannot stand in a password file; the reason says why.
    case nameNotAllowed(String)
    /// The password cannot be used with Basic authentication; the reason says why.
    case passwordNotAllowed(String)
    /// The scheme takes no such cost; nil when it takes none at all.
    case costNotAllowed(PasswordScheme, allowed: ClosedRange<Int>?)
    /// No new hashes are made with this scheme.
    case schemeNotOffered(PasswordScheme)
    /// The system's libcrypt refused to hash.
    case hashingFailed(PasswordScheme)
}

extension PasswordError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadableHash(let reason): reason
        case .missingFile(let path): "\(path): there is no such file"
        case .notAFile(let path): "\(path): is not a regular file"
        case .tooLarge(let path):
            "\(path): is too large for a password file (at most \(PasswordFile.sizeLimit / 1_048_576) MiB and "
                + "\(PasswordFile.lineLimit) lines)"
        case .system(let path, let action, let code): "\(path): cannot \(action): \(errorText(code))"
        case .ownerCannotBeKept(let path, let user, let group):
            "\(path): belongs to user \(user) and group \(group), and only they or root can replace it; "
                + "nothing was changed"
        case .nameNotAllowed(let reason): "the user's name \(reason)"
        case .passwordNotAllowed(let reason): "the password \(reason)"
        case .costNotAllowed(let scheme, .some(let range)):
            "\(scheme.rawValue) takes a cost from \(range.lowerBound) to \(range.upperBound)"
        case .costNotAllowed(let scheme, .none): "\(scheme.rawValue) has no cost to choose"
        case .schemeNotOffered(let scheme): "no new hashes are made with \(scheme.rawValue)"
        case .hashingFailed(let scheme): "this system's libcrypt cannot make \(scheme.rawValue) hashes"
        }
    }
}

/// The words of an error number (strerror_r(3)).
private func errorText(_ code: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
        guard let start = text.baseAddress, strerror_r(code, start, text.count) == 0 else { return "error \(code)" }
        return String(cString: start)
    }
}
