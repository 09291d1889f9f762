package import Passwords

/// The password file of a location, or why there is none. Without one nobody is let in.
package enum PasswordSource: Sendable {
    /// The file as it was read last.
    case loaded(PasswordFile)
    /// There is no file of this path: 403, as nginx answers.
    case missing(path: String)
    /// The file cannot be read: 500, as nginx answers.
    case unreadable(PasswordError)

    /// Reads the file of a path. It blocks, so it is never called on a worker's loop.
    package static func load(_ path: String) -> PasswordSource {
        do throws(PasswordError) {
            return .loaded(try PasswordFile.load(path))
        } catch .missingFile {
            return .missing(path: path)
        } catch {
            return .unreadable(error)
        }
    }
}
