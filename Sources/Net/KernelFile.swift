private import Glibc

/// A file in which the kernel says something that changes (proc(5), cgroups(7)).
struct KernelFile: ~Copyable {
    /// What is beyond this is not read.
    private static let limit = 8192
    private let descriptor: FileDescriptor

    /// Opens the file; nil where there is none that may be read.
    init?(_ path: String) {
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return nil }
        descriptor = FileDescriptor(owning: raw)
    }

    /// Hands over what it says now; nil where it cannot be read.
    borrowing func read<Result>(_ body: (UnsafeRawBufferPointer) -> Result?) -> Result? {
        withUnsafeTemporaryAllocation(byteCount: Self.limit, alignment: 8) { memory in
            let count = pread(descriptor.raw, memory.baseAddress, memory.count, 0)
            guard count >= 0 else { return nil }
            return body(UnsafeRawBufferPointer(rebasing: memory[..<count]))
        }
    }
}
