// Feeds the target that FUZZ_TARGET names with what libFuzzer thinks of; without it, lists the targets.
internal import FuzzChecks

#if canImport(Glibc)
    internal import Glibc
#endif

// Of the part of libFuzzer that has no main function (FuzzerInterface.h).
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ feed: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What the leak detector should leave alone: in globals it does not see the pointers that Swift keeps flags in.
@_cdecl("__lsan_default_suppressions")
func leakSuppressions() -> UnsafeRawPointer {
    let text: StaticString = "leak:once_slow"
    return UnsafeRawPointer(text.utf8Start)
}

private let target = getenv("FUZZ_TARGET").flatMap { FuzzTarget.named(String(cString: $0)) }
guard target != nil else {
    for target in FuzzTarget.all { print(target.name) }
    exit(getenv("FUZZ_TARGET") == nil ? 0 : 2)
}
var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
exit(
    runDriver(&count, &arguments) { start, count in
        do {
            try target?.check(Array(UnsafeBufferPointer(start: start, count: count)))
        } catch {
            fatalError("does not hold: \(error)")
        }
        return 0
    }
)
