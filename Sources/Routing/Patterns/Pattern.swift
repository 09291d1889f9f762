package import Bytes
internal import CPCRE2

/// A regular expression in PCRE2's language, as nginx has it: over bytes, compiled once, shared by all threads.
///
/// What a thread needs to match it is in its own `PatternMatcher`.
package struct Pattern: Sendable {
    /// The expression as written.
    package let text: ByteString
    /// Whether A to Z stand for a to z and the reverse.
    package let ignoresCase: Bool
    /// How many groups capture what they match.
    package let captureCount: Int
    /// The names of groups, with their numbers.
    package let captureNames: [CaptureName]
    private let owner: PatternCode
    /// What `owner` keeps alive. Read on its own, so that matching counts no reference that another core counts too.
    nonisolated(unsafe) let code: OpaquePointer

    /// The compiled expression.
    ///
    /// - Throws: `PatternError` where PCRE2 refuses it, it is longer than 4096 bytes, or it demands UTF-8 of paths.
    package init(_ text: ByteString, ignoresCase: Bool = false) throws(PatternError) {
        guard text.count <= Self.longest else {
            throw PatternError(offset: Self.longest, message: "is longer than \(Self.longest) bytes")
        }
        var status: Int32 = 0
        var offset = 0
        let options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | (ignoresCase ? PCRE2_CASELESS : 0)
        let code = text.bytes.withUnsafeBufferPointer {
            pcre2_compile_8($0.baseAddress, $0.count, options, &status, &offset, nil)
        }
        guard let code else { throw PatternError(offset: offset, message: Self.reason(status)) }
        // Where the system lets no program write code, PCRE2 interprets instead.
        _ = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
        self.text = text
        self.ignoresCase = ignoresCase
        self.code = code
        captureCount = Self.count(PCRE2_INFO_CAPTURECOUNT, of: code)
        captureNames = Self.names(of: code)
        owner = PatternCode(code)
    }

    /// A group with a name.
    package struct CaptureName: Hashable, Sendable {
        /// The name, in lower case.
        package let name: ByteString
        /// The number of the group, from 1 on.
        package let number: Int
    }

    private static func count(_ what: Int32, of code: OpaquePointer) -> Int {
        var count: UInt32 = 0
        return pcre2_pattern_info_8(code, UInt32(what), &count) == 0 ? Int(count) : 0
    }

    /// The table of names that PCRE2 keeps: entries of one size, each the number in two bytes and the name with a zero byte.
    private static func names(of code: OpaquePointer) -> [CaptureName] {
        let count = count(PCRE2_INFO_NAMECOUNT, of: code)
        let size = Self.count(PCRE2_INFO_NAMEENTRYSIZE, of: code)
        var table: UnsafePointer<UInt8>?
        guard count > 0, pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table) == 0, let table else {
            return []
        }
        return (0..<count).map { index in
            let entry = UnsafeBufferPointer(start: table + index * size, count: size)
            let name = entry.dropFirst(2).prefix { $0 != 0 }
            return CaptureName(name: ByteString(name.map(ASCII.lowercased)), number: Int(entry[0]) << 8 | Int(entry[1]))
        }
    }

    private static func reason(_ status: Int32) -> String {
        let text = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer -> String in
            let count = pcre2_get_error_message_8(status, buffer.baseAddress, buffer.count)
            return String(decoding: buffer.prefix(max(Int(count), 0)), as: UTF8.self)
        }
        return "is not a regular expression: \(text)"
    }

    private static let longest = 4096
}

extension Pattern: Hashable {
    package static func == (a: Pattern, b: Pattern) -> Bool { a.text == b.text && a.ignoresCase == b.ignoresCase }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(text)
        hasher.combine(ignoresCase)
    }
}

/// Frees a compiled expression with the last pattern that uses it. Compiled code is never changed, so threads may share it.
private final class PatternCode: @unchecked Sendable {
    private let code: OpaquePointer

    init(_ code: OpaquePointer) { self.code = code }

    deinit { pcre2_code_free_8(code) }
}
