private import CLinux
private import Glibc

/// Programs that this process starts beside itself, and what such a one is given of its own.
package enum StartedProgram {
    /// Starts the program at a path, with signals as a shell would leave them (posix_spawn(3)).
    ///
    /// It is no child of this process, but of the system's first one: a service manager lets nobody else be the main process of a
    /// service as fully as its own children. It must be called while the process has one thread, which it forks.
    /// - Parameters:
    ///   - arguments: all of them, its own name first.
    ///   - environment: `NAME=value` each.
    ///   - descriptor: what it finds open beside the standard streams, as the descriptor `number`.
    /// - Throws: `SystemError`; ENOENT or EACCES when there is no such program.
    package static func start(
        _ path: String, arguments: [String], environment: [String], descriptor: Int32, as number: Int32
    ) throws(SystemError) {
        let texts = [arguments, environment].map { $0.map { strdup($0) } + [nil] }
        defer { for text in texts.joined() { free(text) } }
        guard portico_spawn_orphan(path, texts[0], texts[1], descriptor, number) == 0 else {
            throw .current("posix_spawn")
        }
    }

    /// Where the program of this process lies, or a newer one by now; nil where the kernel does not tell.
    package static var ownPath: String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { text in
            guard let start = text.baseAddress else { return nil }
            let count = readlink("/proc/self/exe", start, text.count)
            guard count > 0 else { return nil }
            let path = String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let mark = " (deleted)"
            return path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
        }
    }

    /// The environment of this process, `NAME=value` each.
    package static var ownEnvironment: [String] {
        var lines: [String] = []
        var index: Int32 = 0
        while let line = portico_variable(index) {
            lines.append(String(cString: line))
            index += 1
        }
        return lines
    }
}
