internal import Net

#if canImport(Glibc)
    private import Glibc
#endif

/// The socket that questions about the running server come to, which only its user can open.
///
/// It is made before the server gives up the rights that the folder may ask for.
final class ControlListener {
    /// How many questions wait at the most.
    private static let backlog: Int32 = 16

    /// Where it is.
    let path: String
    private let descriptor: FileDescriptor

    /// Listens at the path. What a server that has ended left there is replaced.
    ///
    /// - Throws: `ControlSocketError` when another server listens there, or the socket cannot be made.
    init(at path: String) throws(ControlSocketError) {
        self.path = path
        try Self.clear(path)
        do throws(SystemError) {
            // Nobody else may connect in the moment between bind(2) and a chmod(2).
            let mask = umask(0o177)
            defer { umask(mask) }
            descriptor = try Socket.listen(on: .unix(path), backlog: Self.backlog)
        } catch {
            throw .unusable(path, error.message)
        }
    }

    /// Takes over the socket of another server, which still answers.
    init(adopting socket: consuming FileDescriptor, at path: String) {
        self.path = path
        descriptor = socket
    }

    /// Has whoever connects see that it is this process that answers.
    func claim() { Socket.listenAgain(descriptor.raw, backlog: Self.backlog) }

    /// The number to watch.
    var raw: Int32 { descriptor.raw }

    /// Removes the socket from its folder, where that is permitted; the next server replaces what is left.
    func remove() { unlink(path) }

    /// Removes a socket that nobody listens at any more.
    private static func clear(_ path: String) throws(ControlSocketError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .taken(path) }
        do throws(SystemError) {
            _ = try Socket.connect(to: .unix(path))
        } catch {
            guard error.code == ECONNREFUSED || error.code == ENOENT else { throw .unusable(path, error.message) }
            unlink(path)
            return
        }
        throw .inUse(path)
    }
}
