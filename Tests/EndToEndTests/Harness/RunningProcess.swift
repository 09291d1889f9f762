import Foundation

/// A program that runs beside the tests. It is killed when its owner goes.
///
/// Foundation's `Process` takes a program for running as long as any of its children does, so that it is not used here.
final class RunningProcess {
    /// The process's number.
    let id: pid_t
    /// The other end of the program's standard input, where that is to end with this process.
    private var lifeline: Int32?
    private var ending: Int32?

    /// Starts the program.
    ///
    /// - Parameter hasLifeline: gives it a standard input that ends with this process, however that ends.
    init(_ command: Command, output: String, errors: String, hasLifeline: Bool = false) throws {
        guard let program = command.arguments.first.flatMap(Command.path(of:)) else {
            throw Command.Failure(description: "not installed: \(command.arguments.first ?? "")")
        }
        var pipe: [Int32] = [-1, -1]
        if hasLifeline {
            Foundation.pipe(&pipe)
            // A program that kept the other end open would keep this one alive.
            for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        defer { if hasLifeline { close(pipe[0]) } }

        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        if hasLifeline {
            posix_spawn_file_actions_adddup2(&files, pipe[0], STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&files, STDIN_FILENO, command.input ?? "/dev/null", O_RDONLY, 0)
        }
        let appending = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output, appending, 0o644)
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, errors, appending, 0o644)

        // Whatever the runner of the tests does with signals is no matter of the program's.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let environment = ProcessInfo.processInfo.environment.merging(command.environment) { $1 }
        var arguments: [UnsafeMutablePointer<CChar>?] = command.arguments.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var id = pid_t()
        let failure = posix_spawn(&id, program, &files, &attributes, &arguments, &variables)
        guard failure == 0 else {
            if hasLifeline { close(pipe[1]) }
            throw Command.Failure(description: "\(program): \(String(cString: strerror(failure)))")
        }
        self.id = id
        lifeline = hasLifeline ? pipe[1] : nil
    }

    deinit {
        if isRunning {
            kill(id, SIGKILL)
            _ = status(within: .seconds(10))
        }
        endInput()
    }

    var isRunning: Bool { status(within: .zero) == nil }

    /// Sends a signal.
    func signal(_ number: Int32) {
        guard isRunning else { return }
        kill(id, number)
    }

    /// Ends the program's standard input.
    func endInput() {
        guard let lifeline else { return }
        close(lifeline)
        self.lifeline = nil
    }

    /// Waits for the end; nil where the program still runs after `limit`. 128 and the signal's number for a signal.
    func status(within limit: Duration) -> Int32? {
        let deadline = ContinuousClock.now + limit
        while ending == nil {
            var status: Int32 = 0
            if waitpid(id, &status, WNOHANG) == id {
                let signal = status & 0x7f
                ending = signal == 0 ? (status >> 8) & 0xff : 128 + signal
            } else if ContinuousClock.now < deadline {
                usleep(2_000)
            } else {
                return nil
            }
        }
        return ending
    }

    /// The most memory that the process has had in use at once, in bytes (`VmHWM` of proc(5)).
    func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        guard let kibibytes = line?.split(separator: " ").compactMap({ Int($0) }).first else {
            throw Command.Failure(description: "no VmHWM for process \(id)")
        }
        return kibibytes * 1024
    }
}
