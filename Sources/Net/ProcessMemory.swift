internal import Bytes
private import CLinux
private import Glibc

/// How much memory the process has (`/proc/self/statm`, proc(5)).
package struct ProcessMemory: ~Copyable {
    private let file: KernelFile

    /// The memory of this process.
    ///
    /// - Throws: `SystemError` where the system does not say.
    package init() throws(SystemError) {
        guard let file = KernelFile("/proc/self/statm") else { throw .current("open") }
        self.file = file
    }

    /// How many bytes it has of its own: those that are no file's and are in memory.
    package var used: Int? {
        let pageSize = sysconf(Int32(_SC_PAGESIZE))
        return file.read { Self.pages(in: $0) }.map { $0 * pageSize }
    }

    /// How many pages are in memory and not shared, by the file's second and third number.
    static func pages(in text: UnsafeRawBufferPointer) -> Int? {
        let numbers = text.split(separator: UInt8(ascii: " "), maxSplits: 3).dropFirst().prefix(2).map {
            ASCII.decimal(UnsafeRawBufferPointer(rebasing: $0))
        }
        guard numbers.count == 2, let resident = numbers[0], let shared = numbers[1] else { return nil }
        return max(resident - shared, 0)
    }

    /// Gives memory that was freed back to the system (malloc_trim(3)), which takes some milliseconds where there is much of it.
    package static func trim() { portico_trim_memory() }
}
