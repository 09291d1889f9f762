import Foundation
import Glibc

/// A command that runs on a terminal of its own, as if a person had started it (pty(7)).
final class TerminalSession {
    private let master: Int32
    private let process: pid_t
    /// Everything that the terminal has shown.
    private(set) var shown = ""

    init(_ arguments: [String]) throws {
        var (master, slave) = (Int32(-1), Int32(-1))
        var name = [CChar](repeating: 0, count: 256)
        guard openpty(&master, &slave, &name, nil, nil) == 0 else { throw POSIXError(.ENXIO) }
        defer { close(slave) }
        self.master = master
        _ = fcntl(master, F_SETFD, FD_CLOEXEC)
        _ = fcntl(slave, F_SETFD, FD_CLOEXEC)
        let terminal = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        // The first terminal that the leader of a session opens becomes the session's own.
        for descriptor in Int32(0)...2 { posix_spawn_file_actions_addopen(&actions, descriptor, terminal, O_RDWR, 0) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        // The threads that run tests block all signals; a shell would not.
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        // glibc declares POSIX_SPAWN_SETSID, 0x80, for _GNU_SOURCE alone.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | 0x80)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        var words = ([PorticoProcess.path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process = pid_t()
        let result = posix_spawn(&process, PorticoProcess.path, &actions, &attributes, &words, environ)
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: result) ?? .EIO) }
        self.process = process
    }

    deinit { close(master) }

    /// Whether the terminal shows what is typed.
    var echoes: Bool {
        var settings = termios()
        tcgetattr(master, &settings)
        return settings.c_lflag & tcflag_t(ECHO) != 0
    }

    /// Types the text.
    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// Reads what is shown until the text is there or the terminal is closed. False in the second case.
    func wait(for text: String) -> Bool {
        while !shown.contains(text) {
            guard readMore() else { return false }
        }
        return true
    }

    /// Sends a signal to the command.
    func send(_ signal: Int32) { kill(process, signal) }

    /// Waits for the end of the command, and returns its status as wait(2) gives it.
    func end() -> Int32 {
        while readMore() {}
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status
    }

    private func readMore() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = read(master, &bytes, bytes.count)
        guard count > 0 else { return false }
        shown += String(decoding: bytes[..<count], as: UTF8.self)
        return true
    }
}
