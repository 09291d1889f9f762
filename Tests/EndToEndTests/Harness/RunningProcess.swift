import Foundation

/// A program that runs beside the tests. It is killed when its owner goes.
final class RunningProcess {
    private let process = Process()
    private let ended = DispatchSemaphore(value: 0)
    private let lifeline: Pipe?

    /// Starts the program.
    ///
    /// - Parameter hasLifeline: gives it a standard input that ends with this process, however that ends.
    init(_ command: Command, output: String, errors: String, hasLifeline: Bool = false) throws {
        guard let program = command.arguments.first.flatMap(Command.path(of:)) else {
            throw Command.Failure(description: "not installed: \(command.arguments.first ?? "")")
        }
        process.executableURL = URL(filePath: program)
        process.arguments = Array(command.arguments.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(command.environment) { $1 }
        lifeline = hasLifeline ? Pipe() : nil
        if let lifeline {
            process.standardInput = lifeline
        } else {
            process.standardInput = FileHandle(forReadingAtPath: command.input ?? "/dev/null")
        }
        process.standardOutput = try Self.writing(output)
        process.standardError = try output == errors ? process.standardOutput : Self.writing(errors)
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
    }

    deinit {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        ended.wait()
    }

    /// The process's number.
    var id: pid_t { process.processIdentifier }

    var isRunning: Bool { process.isRunning }

    /// Sends a signal.
    func signal(_ number: Int32) {
        guard process.isRunning else { return }
        kill(process.processIdentifier, number)
    }

    /// Ends the program's standard input.
    func endInput() { try? lifeline?.fileHandleForWriting.close() }

    /// Waits for the end; nil where the program still runs after `limit`. 128 and the signal's number for a signal.
    func status(within limit: Duration) -> Int32? {
        guard ended.wait(timeout: .now() + limit.seconds) == .success else { return nil }
        // For the next one who asks.
        ended.signal()
        let isSignal = process.terminationReason == .uncaughtSignal
        return isSignal ? 128 + process.terminationStatus : process.terminationStatus
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

    private static func writing(_ path: String) throws -> FileHandle {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Command.Failure(description: "cannot write \(path)") }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}
