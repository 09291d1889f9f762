internal import Bytes

/// Finds the host that a request is for by its name, without allocating.
///
/// The order is nginx's: the exact name, then the longest `*.NAME`, then the longest `NAME.*`, then the first regular
/// expression that matches. Where two hosts claim one pattern, the first has it. Open addressing over a seeded hash of the lower-cased bytes: a lookup costs O(length of the
/// name) for exact names, and that once for each dot where patterns with `*` exist.
package struct HostTable: Sendable {
    var slots: ContiguousArray<Slot>
    var text: ContiguousArray<UInt8>
    /// Tells the table from all that hold something else.
    var version: UInt64
    /// How many entries there are.
    var used = 0
    /// Whether several hosts have one name, of which the first has it.
    var hasNamesakes = false
    private let seed: UInt64
    private var leadingLimit = 0
    private var trailingLimit = 0
    private(set) var patterns: ContiguousArray<(pattern: Pattern, host: Int)> = []

    struct Slot {
        var tag: UInt32
        var start: UInt32
        var count: UInt16
        var kind: Kind
        var host: Int32
    }

    enum Kind: UInt8 {
        case exact
        case leading
        case trailing
    }

    /// A table in which each pattern of the list at index `n` leads to `n`.
    package init(_ patterns: [[HostPattern]]) {
        self.init(patterns, seed: UInt64.random(in: .min ... .max))
    }

    init(_ patterns: [[HostPattern]], seed: UInt64) {
        let count = patterns.reduce(0) { $0 + $1.count }
        var capacity = 8
        while capacity < count * 2 { capacity *= 2 }
        slots = ContiguousArray(
            repeating: Slot(tag: 0, start: 0, count: 0, kind: .exact, host: -1), count: capacity)
        text = []
        self.seed = seed
        version = seed
        var known: Set<Pattern> = []
        for (host, patterns) in patterns.enumerated() {
            for name in patterns {
                if case .pattern(let pattern) = name {
                    if known.insert(pattern).inserted { self.patterns.append((pattern, host)) }
                } else {
                    insert(name, host: host)
                }
            }
        }
    }

    /// The index of the host that the name leads to, or nil.
    ///
    /// The name has neither port nor trailing dot; the case of its letters does not matter.
    package func find(_ name: UnsafeRawBufferPointer, with matcher: PatternMatcher) -> Int? {
        guard !name.isEmpty, name.count <= Self.longestName else { return nil }
        if let host = look(for: name, .exact) { return host }
        if leadingLimit > 0 {
            for index in 2..<max(name.count, 2)
            where name[index - 1] == Self.dot && name.count - index <= leadingLimit {
                if let host = look(for: UnsafeRawBufferPointer(rebasing: name[index...]), .leading) {
                    return host
                }
            }
        }
        if trailingLimit > 0 {
            for index in stride(from: min(name.count - 2, trailingLimit), to: 0, by: -1) where name[index] == Self.dot {
                if let host = look(for: UnsafeRawBufferPointer(rebasing: name[..<index]), .trailing) { return host }
            }
        }
        return patterns.isEmpty ? nil : match(name, with: matcher)
    }

    private func match(_ name: UnsafeRawBufferPointer, with matcher: PatternMatcher) -> Int? {
        for index in patterns.indices {
            switch matcher.match(patterns[index].pattern.code, in: name) {
            case .matched: return patterns[index].host
            case .unmatched: continue
            // Whose name it is cannot be known, so it is nobody's.
            case .failed: return nil
            }
        }
        return nil
    }

    /// Whether this is a copy of the other table.
    package func isCopy(of other: HostTable) -> Bool { version == other.version }

    /// An equal table that shares no memory with this one, for a thread that will use it often.
    package func copied() -> HostTable {
        var copy = self
        copy.slots.reserveCapacity(slots.count + 1)
        copy.text.reserveCapacity(text.count + 1)
        return copy
    }

    /// What is looked for where a pattern stands; nil for a regular expression, and for what no name can be.
    static func entry(of pattern: HostPattern) -> (name: ByteString, kind: Kind)? {
        let (name, kind): (ByteString, Kind)
        switch pattern {
        case .exact(let text): (name, kind) = (text, .exact)
        case .leading(let text): (name, kind) = (text, .leading)
        case .trailing(let text): (name, kind) = (text, .trailing)
        case .pattern: return nil
        }
        return name.isEmpty || name.count > longestName ? nil : (name, kind)
    }

    mutating func insert(_ pattern: HostPattern, host: Int) {
        guard let (name, kind) = Self.entry(of: pattern) else { return }
        name.withBytes { bytes in
            guard place(of: bytes, kind) == nil else {
                hasNamesakes = true
                return
            }
            used += 1
            let hash = hash(of: bytes, kind)
            var index = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[index].host >= 0 { index = (index + 1) & (slots.count - 1) }
            slots[index] = Slot(
                tag: UInt32(truncatingIfNeeded: hash >> 32),
                start: UInt32(text.count),
                count: UInt16(bytes.count),
                kind: kind,
                host: Int32(host))
            for byte in bytes { text.append(ASCII.lowercased(byte)) }
        }
        switch kind {
        case .exact: break
        case .leading: leadingLimit = max(leadingLimit, name.count)
        case .trailing: trailingLimit = max(trailingLimit, name.count)
        }
    }

    @inline(__always)
    private func look(for name: UnsafeRawBufferPointer, _ kind: Kind) -> Int? {
        place(of: name, kind).map { Int(slots[$0].host) }
    }

    /// Where the entry of a name stands.
    @inline(__always)
    func place(of name: UnsafeRawBufferPointer, _ kind: Kind) -> Int? {
        let hash = hash(of: name, kind)
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        return slots.withUnsafeBufferPointer { slots in
            var index = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while true {
                let slot = slots[index]
                if slot.host < 0 { return nil }
                if slot.tag == tag, slot.kind == kind, Int(slot.count) == name.count, holds(name, at: Int(slot.start)) {
                    return index
                }
                index = (index + 1) & (slots.count - 1)
            }
        }
    }

    @inline(__always)
    private func holds(_ name: UnsafeRawBufferPointer, at start: Int) -> Bool {
        text.withUnsafeBytes { text in
            var index = 0
            while index + 8 <= name.count {
                let word = text.loadUnaligned(fromByteOffset: start + index, as: UInt64.self)
                let other = ASCII.lowercased(name.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                guard word == other else { return false }
                index += 8
            }
            while index < name.count {
                guard text[start + index] == ASCII.lowercased(name[index]) else { return false }
                index += 1
            }
            return true
        }
    }

    @inline(__always)
    func hash(of name: UnsafeRawBufferPointer, _ kind: Kind) -> UInt64 {
        var state = seed ^ (UInt64(kind.rawValue) &* 0x9e37_79b9_7f4a_7c15)
        var index = 0
        while index + 8 <= name.count {
            state = Self.mixed(state ^ ASCII.lowercased(name.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
            index += 8
        }
        var rest = UInt64(name.count) << 56
        while index < name.count {
            rest = rest << 8 | UInt64(ASCII.lowercased(name[index]))
            index += 1
        }
        return Self.mixed(Self.mixed(state ^ rest))
    }

    /// Both halves of a wide product folded into each other, so that every bit of the input reaches every bit.
    @inline(__always)
    private static func mixed(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0xa076_1d64_78bd_642f).multipliedFullWidth(by: 0xe703_7ed1_a0b4_28db)
        return product.high ^ product.low
    }

    private static let dot = UInt8(ascii: ".")
    /// No DNS name is longer than 253 bytes; a bracketed IPv6 address is shorter.
    private static let longestName = 255
}
