import Foundation

/// What a run of the command line has left.
struct CommandResult {
    let status: Int32
    let output: String
    let errors: String
}

/// The `portico` that was built together with the tests.
enum PorticoProcess {
    static var path: String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "portico").path
    }

    /// Runs it without a terminal, to its end.
    static func run(_ arguments: [String], input: String = "", in folder: String? = nil) throws -> CommandResult {
        let process = Process()
        // setsid takes the terminal of whoever runs the tests away.
        process.executableURL = URL(filePath: "/usr/bin/setsid")
        process.arguments = ["--wait", path] + arguments
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        let (standardInput, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        standardInput.fileHandleForWriting.write(Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let outputData = output.fileHandleForReading.readDataToEndOfFile()
        let errorData = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return CommandResult(
            status: process.terminationStatus, output: String(decoding: outputData, as: UTF8.self),
            errors: String(decoding: errorData, as: UTF8.self))
    }
}
