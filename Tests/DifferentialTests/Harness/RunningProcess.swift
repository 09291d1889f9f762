import Foundation

/// A program that runs beside the tests, and not longer than its owner or this process.
final class RunningProcess {
    /// Ends the program when its standard input ends, as it does with the process that holds the other end.
    private static let watcher = #""$@" </dev/null & program=$!; read -r line; kill -KILL $program; wait $program"#

    private let id: pid_t
    private let lifeline: Int32
    private var hasEnded = false

    /// Starts a program whose output and errors go to a file.
    init(_ command: [String], output: String) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw HarnessError("no pipe: error \(errno)") }
        // A program that held another one's lifeline would keep it alive.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        lifeline = ends[1]
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_adddup2(&files, ends[0], STDIN_FILENO)
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO)
        // Whatever the runner of the tests does with signals is no matter of the program's.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        // nginx is where administrators' commands are.
        var environment = ProcessInfo.processInfo.environment
        environment["PATH", default: "/bin"] += ":/usr/sbin:/sbin"
        var arguments = (["sh", "-c", Self.watcher, "sh"] + command).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var id = pid_t()
        let failure = posix_spawn(&id, "/bin/sh", &files, &attributes, &arguments, &variables)
        guard failure == 0 else {
            close(lifeline)
            throw HarnessError("\(command[0]): \(String(cString: strerror(failure)))")
        }
        self.id = id
    }

    deinit {
        close(lifeline)
        if !hasEnded { waitpid(id, nil, 0) }
    }

    /// Whether it has not ended by itself.
    var isRunning: Bool {
        if !hasEnded { hasEnded = waitpid(id, nil, WNOHANG) != 0 }
        return !hasEnded
    }
}
