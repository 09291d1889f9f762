import Foundation
import Testing

@testable import Net

/// Trees of control groups as the kernel shows them, in folders of their own.
@Suite("The control group that bounds the memory")
final class MemoryGroupTests {
    private let root = NSTemporaryDirectory() + "/portico-groups-\(UUID())"

    deinit { try? FileManager.default.removeItem(atPath: root) }

    private func write(_ path: String, _ text: String) throws {
        let url = URL(fileURLWithPath: root + "/" + path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private func find(_ membership: String) throws -> MemoryGroup? {
        try write("membership", membership)
        return MemoryGroup.find(root: root, membership: root + "/membership")
    }

    private func writeSecondVersion(_ folder: String, limit: String) throws {
        try write(folder + "/memory.max", limit + "\n")
        try write(folder + "/memory.current", "1000000\n")
        try write(
            folder + "/memory.stat",
            "anon 500000\nfile 300000\ninactive_anon 7\ninactive_file 200000\nactive_file 100000\n")
    }

    @Test("is where the process stands, without what is remembered of files")
    func secondVersion() throws {
        try writeSecondVersion("system.slice/portico.service", limit: "67108864")
        try writeSecondVersion(".", limit: "max")
        let group = try #require(try find("0::/system.slice/portico.service\n"))
        #expect(group.limit == 67_108_864)
        #expect(group.used == 700_000)
    }

    @Test("is what is mounted, where a container sees no more")
    func insideContainer() throws {
        try writeSecondVersion(".", limit: "67108864")
        #expect(try find("0::/docker/0123\n")?.limit == 67_108_864)
        #expect(try find("0::/\n")?.limit == 67_108_864)
    }

    @Test("is that of the memory's own tree in the first version")
    func firstVersion() throws {
        try write("memory/box/memory.limit_in_bytes", "33554432\n")
        try write("memory/box/memory.usage_in_bytes", "900000\n")
        try write("memory/box/memory.stat", "inactive_file 1\ntotal_inactive_file 300000\ntotal_active_file 100000\n")
        let group = try #require(try find("9:name=systemd:/\n4:cpu,memory:/box\n0::/\n"))
        #expect(group.limit == 33_554_432)
        #expect(group.used == 500_000)
    }

    @Test("is none without a limit", arguments: ["max", "9223372036854771712", ""])
    func unlimited(limit: String) throws {
        try writeSecondVersion(".", limit: limit)
        #expect(try find("0::/\n") == nil)
        #expect(try find("") == nil)
        #expect(MemoryGroup.find(root: root, membership: root + "/nothing") == nil)
    }
}
