import Foundation
import Testing

@Suite("portico under the name of nginx", .timeLimit(.minutes(10)))
struct NginxCommandTests {
    let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/nginx", withDestinationPath: PorticoProcess.path)
    }

    private func nginx(_ arguments: String...) throws -> CommandResult {
        let process = Process()
        process.executableURL = URL(filePath: "\(folder.path)/nginx")
        process.arguments = arguments
        process.environment = ["PORTICO_CONTROL": "\(folder.path)/portico.sock", "DOCKER_HOST": "none"]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let outputData = output.fileHandleForReading.readDataToEndOfFile()
        let errorData = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return CommandResult(
            status: process.terminationStatus, output: String(decoding: outputData, as: UTF8.self),
            errors: String(decoding: errorData, as: UTF8.self))
    }

    /// A server without anything to serve, until the body is through; returns what it has said.
    private func withServer(_ body: (Process) throws -> Void) throws -> String {
        let server = Process()
        server.executableURL = URL(filePath: PorticoProcess.path)
        server.arguments = [
            "serve", "--docker", "none", "--http", "127.0.0.1:0", "--https", "off", "--workers", "1", "--vhosts",
            folder.path,
            "--control", "\(folder.path)/portico.sock", "--logs", folder.path,
        ]
        let errors = Pipe()
        server.standardError = errors
        try server.run()
        defer { if server.isRunning { server.terminate() } }
        var said = ""
        while !said.contains("serves http"), server.isRunning {
            said += String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
        }
        try body(server)
        server.waitUntilExit()
        return said + String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    @Test("says its version, and tests without failing")
    func versionAndTest() throws {
        #expect(try nginx("-v").errors.hasPrefix("nginx version: portico/"))
        #expect(try nginx("-V").status == 0)
        let test = try nginx("-t")
        #expect(test.status == 0)
        #expect(test.errors.hasSuffix("test is successful\n"))
        #expect(try nginx("-tq").errors == "")
        #expect(try nginx("-T", "-c", "/etc/nginx/nginx.conf").status == 0)
    }

    @Test("has the running server read again, open its logs anew and end")
    func signals() throws {
        let said = try withServer { server in
            #expect(try nginx("-s", "reload").status == 0)
            try FileManager.default.moveItem(atPath: "\(folder.path)/access.log", toPath: "\(folder.path)/old")
            #expect(try nginx("-s", "reopen").status == 0)
            while !FileManager.default.fileExists(atPath: "\(folder.path)/access.log"), server.isRunning {
                usleep(1000)
            }
            #expect(try nginx("-s", "quit").status == 0)
        }
        #expect(said.contains("Reading everything again"))
        #expect(folder.text(of: "error.log").contains("Reading everything again"))
    }

    @Test("fails where no server runs, where it should start one, and for what nginx does not know")
    func refused() throws {
        #expect(try nginx("-s", "reload").status == 1)
        #expect(try nginx("-s", "restart").status == 64)
        #expect(try nginx().status == 1)
    }
}
