import Foundation
import Routing
import Testing

@testable import Control

@Suite("Reading whole files")
struct FileReadingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("reads what is there", arguments: [0, 1, 4095, 4096, 4097, 100_000])
    func sizes(size: Int) throws {
        let text = String(repeating: "x", count: size)
        try folder.write("file", text)
        let reading = FileReading(of: folder.path("file"))
        #expect(reading.content == .bytes(Array(text.utf8)))
        #expect(reading.stamp == FileStamp(of: folder.path("file")))
        #expect(reading.isStable)
    }

    @Test("tells a missing file from an unreadable one")
    func missing() throws {
        #expect(FileReading(of: folder.path("none")).content == .missing)
        try folder.write("file", "")
        #expect(FileReading(of: folder.path("file/below")).content == .missing)
    }

    @Test("does not wait for the writer of a fifo")
    func fifo() throws {
        try #require(mkfifo(folder.path("fifo"), 0o600) == 0)
        #expect(FileReading(of: folder.path("fifo")).content == .unreadable("it is no ordinary file"))
    }

    @Test("refuses folders, devices and what is too large", arguments: ["/", "/dev/null", "/dev/zero"])
    func others(path: String) {
        guard case .unreadable = FileReading(of: path).content else {
            Issue.record("\(path) was read")
            return
        }
    }

    @Test("refuses a file above the limit")
    func tooLarge() throws {
        try folder.write("file", "")
        try #require(truncate(folder.path("file"), FileReading.limit + 1) == 0)
        #expect(FileReading(of: folder.path("file")).content == .unreadable("it has more than 8 MiB"))
    }
}
