internal import Bytes

#if canImport(Glibc)
    private import Glibc
#endif

/// Chooses the location of a request by its path, in nginx's order.
///
/// An exact path decides; else the longest prefix is remembered, and decides at once where it says so (`^~`); else the
/// first pattern that matches decides, in the order given; else the remembered prefix.
///
/// Names stand sorted in one array, each with the longest other name that it begins with. The longest prefix of a path is
/// then the last name that does not sort behind it, or one of those that this one begins with.
package struct LocationMatcher {
    /// What a path leads to; numbers are indices of the locations.
    package enum Found: Equatable {
        /// This location.
        case location(Int)
        /// No location itself, but this one with a `/` added to the path, where clients are sent (CONTRACT §2.1 item 6).
        case directory(Int)
        /// No location.
        case none
        /// A pattern that cannot be decided; who may pass is not known then.
        case failed
    }

    private struct Name {
        var start: Int
        var count: Int
        /// The index of the longest other name that this one begins with and that is a prefix of paths; -1 for none.
        var parent = -1
        /// The location of the path alone; -1 for none.
        var exact = -1
        /// The location of the paths that begin so; -1 for none.
        var prefix = -1
        var isFinal = false
        var isDirectory = false
    }

    private var names: ContiguousArray<Name> = []
    private var text: ContiguousArray<UInt8> = []
    private var patterns: ContiguousArray<(pattern: Pattern, location: Int)> = []
    private var hasDirectories = false

    /// A matcher for locations in the order written. Of two that cover the same paths the first counts.
    ///
    /// - Parameter isProxied: whether the location passes requests on, so that its bare path is redirected when it ends in `/`.
    package init(_ locations: [LocationMatch], isProxied: (Int) -> Bool = { _ in true }) {
        var byName: [ByteString: Name] = [:]
        for (index, match) in locations.enumerated() {
            if case .pattern(let pattern) = match { patterns.append((pattern, index)) }
            guard let path = match.path else { continue }
            var name = byName[path] ?? Name(start: 0, count: path.count)
            switch match {
            case .exact where name.exact < 0: name.exact = index
            case .prefix where name.prefix < 0: name.prefix = index
            case .finalPrefix where name.prefix < 0:
                name.prefix = index
                name.isFinal = true
            default: continue
            }
            if path.count > 1, path.bytes.last == ASCII.slash, isProxied(index) { name.isDirectory = true }
            byName[path] = name
        }
        for (path, var name) in byName.sorted(by: { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }) {
            name.start = text.count
            text += path.bytes
            name.parent = parent(of: path)
            names.append(name)
        }
        hasDirectories = names.contains(where: \.isDirectory)
    }

    /// What a path leads to by the names alone.
    enum Named: Equatable {
        /// The location of the path alone.
        case exact(Int)
        /// The location of the longest name that it begins with; patterns are asked unless it is final.
        case prefix(Int, isFinal: Bool)
        /// The location of the path with a `/` added.
        case directory(Int)
        /// No location.
        case none
    }

    /// The location of a path, which is normalised.
    ///
    /// - Complexity: O(log n) comparisons for n paths, and one trial for each pattern. Allocates nothing.
    package func find(_ path: UnsafeRawBufferPointer, with matcher: PatternMatcher) -> Found {
        let named = findName(path)
        switch named {
        case .exact(let index), .prefix(let index, isFinal: true): return .location(index)
        case .directory(let index): return .directory(index)
        case .prefix, .none: break
        }
        let found = findPattern(path, with: matcher)
        if found == .none, case .prefix(let index, _) = named { return .location(index) }
        return found
    }

    /// What the path leads to by the names.
    func findName(_ path: UnsafeRawBufferPointer) -> Named {
        var index = lastName(notBehind: path)
        if index >= 0, names[index].count == path.count, isPrefix(names[index], of: path), names[index].exact >= 0 {
            return .exact(names[index].exact)
        }
        while index >= 0, names[index].prefix < 0 || !isPrefix(names[index], of: path) { index = names[index].parent }
        if hasDirectories, index < 0 || names[index].count < path.count, let directory = directory(path) {
            return .directory(directory)
        }
        return index < 0 ? .none : .prefix(names[index].prefix, isFinal: names[index].isFinal)
    }

    /// The location of the first pattern that is found in the path.
    func findPattern(_ path: UnsafeRawBufferPointer, with matcher: PatternMatcher) -> Found {
        for index in patterns.indices {
            switch matcher.match(patterns[index].pattern.code, in: path) {
            case .matched: return .location(patterns[index].location)
            case .unmatched: continue
            case .failed: return .failed
            }
        }
        return .none
    }

    /// The location of the path with a `/` added, where that redirects.
    private func directory(_ path: UnsafeRawBufferPointer) -> Int? {
        var range = names.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            let order = compare(names[middle], path, endingInSlash: true)
            if order == 0 {
                let name = names[middle]
                return name.isDirectory ? (name.exact >= 0 ? name.exact : name.prefix) : nil
            }
            range = order < 0 ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }

    /// The index of the last name that is the path or sorts before it; -1 for none.
    private func lastName(notBehind path: UnsafeRawBufferPointer) -> Int {
        var range = names.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if compare(names[middle], path) <= 0 {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound - 1
    }

    /// Below 0 where the name sorts before the path, or before the path with a `/` added; above 0 where behind.
    private func compare(_ name: Name, _ path: UnsafeRawBufferPointer, endingInSlash: Bool = false) -> Int {
        text.withUnsafeBytes { text in
            guard let start = path.baseAddress, let names = text.baseAddress else { return name.count }
            let order = memcmp(names + name.start, start, min(name.count, path.count))
            if order != 0 { return Int(order) }
            guard endingInSlash else { return name.count - path.count }
            guard name.count > path.count else { return -1 }
            let next = text[name.start + path.count]
            return next == ASCII.slash ? name.count - path.count - 1 : Int(next) - Int(ASCII.slash)
        }
    }

    /// The index of the longest name so far that the path begins with; -1 for none.
    private func parent(of path: ByteString) -> Int {
        var index = names.count - 1
        path.withBytes { path in
            while index >= 0, !isPrefix(names[index], of: path) { index = names[index].parent }
        }
        return index
    }

    private func isPrefix(_ name: Name, of path: UnsafeRawBufferPointer) -> Bool {
        guard name.count <= path.count, let start = path.baseAddress else { return false }
        return text.withUnsafeBytes { text in
            text.baseAddress.map { memcmp($0 + name.start, start, name.count) == 0 } ?? false
        }
    }
}
