internal import CPCRE2

/// One thread's means to match patterns: memory, and bounds that no expression and no text can break.
package final class PatternMatcher {
    /// What matching came to.
    package enum Outcome {
        /// The pattern is found in the text.
        case matched
        /// It is not.
        case unmatched
        /// It would take too long, or too much memory, to know.
        case failed
    }

    private let data: OpaquePointer
    private let context: OpaquePointer
    private let stack: OpaquePointer

    /// Memory for the thread that makes it.
    package init() {
        guard let data = pcre2_match_data_create_8(Self.mostCaptures, nil),
            let context = pcre2_match_context_create_8(nil),
            let stack = pcre2_jit_stack_create_8(32 << 10, Self.stackSize, nil)
        else { fatalError("out of memory") }
        self.data = data
        self.context = context
        self.stack = stack
        pcre2_set_match_limit_8(context, Self.mostSteps)
        pcre2_set_heap_limit_8(context, UInt32(Self.stackSize >> 10))
        pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack))
    }

    deinit {
        pcre2_match_data_free_8(data)
        pcre2_match_context_free_8(context)
        pcre2_jit_stack_free_8(stack)
    }

    /// Looks for the pattern in the text.
    ///
    /// - Complexity: bounded whatever the pattern: past 200,000 steps of going back it fails, after about a millisecond.
    package func match(_ pattern: Pattern, in text: UnsafeRawBufferPointer) -> Outcome {
        withExtendedLifetime(pattern) { match(pattern.code, in: text) }
    }

    /// Looks for a pattern that the caller keeps alive.
    func match(_ code: OpaquePointer, in text: UnsafeRawBufferPointer) -> Outcome {
        let bytes = text.assumingMemoryBound(to: UInt8.self)
        let status = pcre2_match_8(code, bytes.baseAddress ?? Self.nothing, bytes.count, 0, 0, data, context)
        if status >= 0 { return .matched }
        return status == PCRE2_ERROR_NOMATCH ? .unmatched : .failed
    }

    /// Where a group of the pattern that matched last stands in the text; 0 is the whole match, nil a group that took no part.
    package func capture(_ number: Int) -> Range<Int>? {
        guard number >= 0, number < Int(Self.mostCaptures), number < pcre2_get_ovector_count_8(data),
            let vector = pcre2_get_ovector_pointer_8(data)
        else { return nil }
        let (start, end) = (vector[2 * number], vector[2 * number + 1])
        return start <= end && end != Self.unset ? start..<end : nil
    }

    /// The most groups that are told apart, the whole match among them.
    package static let mostCaptures: UInt32 = 32
    /// PCRE2_UNSET.
    private static let unset = Int(bitPattern: UInt.max)
    private static let mostSteps: UInt32 = 200_000
    private static let stackSize = 512 << 10
    nonisolated(unsafe) private static let nothing = UnsafePointer(UnsafeMutablePointer<UInt8>.allocate(capacity: 1))
}
