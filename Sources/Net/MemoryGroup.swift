internal import Bytes

/// The control group whose limit bounds the memory of the process and what the kernel holds for it (cgroups(7)).
package final class MemoryGroup {
    /// Limits from here on are none.
    private static let unlimited = 1 << 50

    /// The most bytes that the group may have, before the kernel ends one of its processes.
    package let limit: Int
    private let usage: KernelFile
    private let statistics: KernelFile
    private let cacheNames: [StaticString]

    /// The group of this process; nil where it has no limit.
    ///
    /// - Parameters:
    ///   - root: where the tree of groups is mounted.
    ///   - membership: the file that says where in it the process is.
    package static func find(root: String = "/sys/fs/cgroup", membership: String = "/proc/self/cgroup") -> MemoryGroup?
    {
        let text = KernelFile(membership)?.read { String(decoding: $0, as: UTF8.self) } ?? ""
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let isFirstVersion = parts[1].split(separator: ",").contains("memory")
            guard isFirstVersion || parts[1].isEmpty else { continue }
            let mount = isFirstVersion ? root + "/memory" : root
            // Inside a container its own group is often all that is mounted.
            for folder in [mount + parts[2], mount] {
                if let group = MemoryGroup(folder, isFirstVersion: isFirstVersion) { return group }
            }
        }
        return nil
    }

    private init?(_ folder: String, isFirstVersion: Bool) {
        let names =
            isFirstVersion
            ? (limit: "/memory.limit_in_bytes", usage: "/memory.usage_in_bytes")
            : (limit: "/memory.max", usage: "/memory.current")
        guard let limit = KernelFile(folder + names.limit)?.read({ Self.number($0) }), limit < Self.unlimited,
            let usage = KernelFile(folder + names.usage), let statistics = KernelFile(folder + "/memory.stat")
        else { return nil }
        self.limit = limit
        self.usage = usage
        self.statistics = statistics
        cacheNames =
            isFirstVersion ? ["total_inactive_file ", "total_active_file "] : ["inactive_file ", "active_file "]
    }

    /// How many bytes the group has but for what the kernel remembers of files, which it gives up by itself.
    package var used: Int? {
        guard let all = usage.read({ Self.number($0) }) else { return nil }
        let cached = statistics.read { text in
            text.split(separator: UInt8(ascii: "\n")).reduce(0) { sum, line in
                let line = UnsafeRawBufferPointer(rebasing: line)
                guard let name = cacheNames.first(where: { Self.starts(line, with: $0) }) else { return sum }
                return sum + (Self.number(UnsafeRawBufferPointer(rebasing: line[name.utf8CodeUnitCount...])) ?? 0)
            }
        }
        return max(all - (cached ?? 0), 0)
    }

    private static func starts(_ line: UnsafeRawBufferPointer, with name: StaticString) -> Bool {
        line.starts(with: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    private static func number(_ text: UnsafeRawBufferPointer) -> Int? {
        ASCII.decimal(UnsafeRawBufferPointer(rebasing: text.prefix { ASCII.isDigit($0) }))
    }
}
