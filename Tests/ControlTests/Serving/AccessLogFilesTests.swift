import Foundation
import Proxy
import Routing
import Testing

@testable import Control

@Suite("Files of the access logs")
struct AccessLogFilesTests {
    private func settings(_ folder: TemporaryFolder, accessLog: String? = nil) throws -> Settings {
        var options = ServeOptions()
        options.logFolder = folder.path
        options.accessLog = accessLog
        return try Settings(options: options, environment: Environment([:]))
    }

    private func text(_ folder: TemporaryFolder, _ name: String) -> String? {
        try? String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
    }

    @Test("go on in new files when they were moved away, without losing a line")
    func reopened() throws {
        let folder = try TemporaryFolder()
        let logs = try AccessLogFiles(settings(folder))
        let file = try #require(logs.files(["own.log"]).files["own.log"])
        let standard = try #require(logs.writer.standard)
        logs.writer.write(Array("1\n".utf8), to: standard)
        logs.writer.write(Array("own 1\n".utf8), to: file)
        for name in ["access.log", "own.log"] {
            try FileManager.default.moveItem(atPath: folder.path + "/" + name, toPath: folder.path + "/" + name + ".1")
        }
        #expect(logs.reopen().isEmpty)
        logs.writer.write(Array("2\n".utf8), to: standard)
        logs.writer.write(Array("own 2\n".utf8), to: file)
        logs.close()
        #expect((text(folder, "access.log.1") ?? "") + (text(folder, "access.log") ?? "") == "1\n2\n")
        #expect((text(folder, "own.log.1") ?? "") + (text(folder, "own.log") ?? "") == "own 1\nown 2\n")
    }

    @Test("stay open while they are named, and are said once where they cannot be opened")
    func named() throws {
        let folder = try TemporaryFolder()
        let logs = try AccessLogFiles(settings(folder))
        let first = logs.files(["a.log"]).files["a.log"]
        #expect(logs.files(["a.log", "b.log"]).files["a.log"] === first)
        #expect(logs.files(["b.log"]).files.keys.sorted() == ["b.log"])
        #expect(logs.files(["a.log"]).files["a.log"] !== first)
        let refused = logs.files(["missing/a.log"])
        #expect(refused.files.isEmpty)
        #expect(refused.problems.map(\.severity) == [.warning])
        logs.close()
    }

    @Test("are ordinary files, so that no fifo can hold the log up")
    func fifo() throws {
        let folder = try TemporaryFolder()
        mkfifo(folder.path + "/fifo", 0o600)
        let logs = try AccessLogFiles(settings(folder))
        #expect(logs.files(["fifo"]).files.isEmpty)
        #expect(logs.files(["fifo"]).problems.count == 1)
        logs.close()
    }

    @Test("are bounded in number")
    func bounded() throws {
        let folder = try TemporaryFolder()
        let logs = try AccessLogFiles(settings(folder))
        let result = logs.files((0..<70).map { "\($0).log" })
        #expect(result.files.count == AccessLogFiles.limit)
        #expect(result.problems.count == 70 - AccessLogFiles.limit)
        logs.close()
    }

    @Test("stand back for standard output where the folder of logs cannot be written to")
    func unwritable() throws {
        var options = ServeOptions()
        options.logFolder = "/proc/nowhere"
        let logs = try AccessLogFiles(try Settings(options: options, environment: Environment([:])))
        #expect(logs.problem != nil)
        #expect(logs.writer.standard != nil)
        logs.close()
        options.accessLog = "/proc/nowhere/access.log"
        let settings = try Settings(options: options, environment: Environment([:]))
        #expect(throws: ServeError.self) { try AccessLogFiles(settings) }
    }
}
