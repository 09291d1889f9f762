package import Bytes

#if canImport(Glibc)
    private import Glibc
#endif

/// A virtual host behind a reference: one that a change leaves as it was keeps its object from snapshot to snapshot, by
/// which whoever made something of it knows that it is still good.
package final class SharedHost: Sendable {
    /// The host.
    package let host: VirtualHost

    /// A host of its own.
    package init(_ host: VirtualHost) { self.host = host }
}

/// The virtual hosts of a snapshot, sorted by name. A copy costs no host, and a change no more than those beside it.
package struct HostList: RandomAccessCollection, MutableCollection, ExpressibleByArrayLiteral, Sendable {
    /// The hosts' objects in blocks, none of them empty: lists that differ in one host share all blocks but one.
    private var blocks: [[SharedHost]]
    /// The index of the first host of each block.
    private var starts: [Int] = []
    package private(set) var count = 0

    /// The hosts of these objects, which are sorted.
    package init(_ objects: [SharedHost]) {
        blocks = stride(from: 0, to: objects.count, by: Self.blockSize).map { start in
            Array(objects[start..<Swift.min(start + Self.blockSize, objects.count)])
        }
        numberBlocks()
    }

    /// Hosts with objects of their own.
    package init(_ hosts: some Sequence<VirtualHost>) { self.init(hosts.map { SharedHost($0) }) }

    package init(arrayLiteral hosts: VirtualHost...) { self.init(hosts) }

    package var startIndex: Int { 0 }
    package var endIndex: Int { count }

    /// The host at that place, in O(log n).
    package subscript(index: Int) -> VirtualHost {
        _read {
            let block = block(of: index)
            yield blocks[block][index - starts[block]].host
        }
        set {
            let block = block(of: index)
            blocks[block][index - starts[block]] = SharedHost(newValue)
        }
    }

    /// The hosts' objects, in their order.
    package var objects: some Sequence<SharedHost> { blocks.joined() }

    /// The object of the host at that place, in O(log n).
    package func object(at index: Int) -> SharedHost {
        let block = block(of: index)
        return blocks[block][index - starts[block]]
    }

    /// The index of the host of this name, which was not changed since it was sorted; nil where there is none.
    package func index(named name: ByteString) -> Int? {
        place(of: name).flatMap { $0.isThere ? starts[$0.block] + $0.index : nil }
    }

    /// Puts a host into its place, where one of its name may stand, or takes that out.
    ///
    /// - Complexity: that of the hosts of one block, and O(n) in the number of blocks.
    mutating func place(_ object: SharedHost?, named name: ByteString) {
        let place = place(of: name)
        switch (object, place) {
        case (let object?, (let block, let index, true)?):
            blocks[block][index] = object
            return
        case (let object?, (let block, let index, false)?): insert(object, at: index, of: block)
        case (let object?, nil):
            if blocks.isEmpty { blocks = [[]] }
            insert(object, at: blocks[blocks.count - 1].count, of: blocks.count - 1)
        case (nil, (let block, let index, true)?):
            blocks[block].remove(at: index)
            if blocks[block].isEmpty { blocks.remove(at: block) }
        case (nil, _): return
        }
        numberBlocks()
    }

    private mutating func insert(_ object: SharedHost, at index: Int, of block: Int) {
        blocks[block].insert(object, at: index)
        guard blocks[block].count > 2 * Self.blockSize else { return }
        let rest = Array(blocks[block][Self.blockSize...])
        blocks[block].removeSubrange(Self.blockSize...)
        blocks.insert(rest, at: block + 1)
    }

    private mutating func numberBlocks() {
        (starts, count) = ([], 0)
        for block in blocks {
            starts.append(count)
            count += block.count
        }
    }

    private func block(of index: Int) -> Int { starts.firstIndex(past: { $0 <= index }) - 1 }

    /// Where the host of this name stands, or else the first one behind it; nil where that is the end.
    private func place(of name: ByteString) -> (block: Int, index: Int, isThere: Bool)? {
        let block = blocks.firstIndex(past: { $0[$0.count - 1].host.name.precedes(name) })
        guard block < blocks.count else { return nil }
        let index = blocks[block].firstIndex(past: { $0.host.name.precedes(name) })
        return (block, index, blocks[block][index].host.name == name)
    }

    private static let blockSize = 128

    // MARK: - Changes

    /// What has become of the hosts of an earlier list.
    ///
    /// - Parameters:
    ///   - kept: called with the index there and here of each host that is still the same object, in ascending order.
    ///   - gone: called with the index there of each that is not.
    ///   - new: called with the index here of each that is new or has changed.
    /// - Complexity: O(n) in the number of blocks, where they are mostly the same; names are compared only where something
    ///   has changed.
    package func compare(
        with earlier: HostList, kept: (Int, Int) -> Void = { _, _ in }, gone: (Int) -> Void = { _ in },
        new: (Int) -> Void = { _ in }
    ) {
        // Mostly all but one are the same: what stands at both ends need not be looked at one by one.
        let (start, tail) = commonEnds(with: earlier)
        for index in 0..<start { kept(index, index) }
        var (old, own) = (start, start)
        let (oldEnd, ownEnd) = (earlier.count - tail, count - tail)
        while old < oldEnd, own < ownEnd {
            let (before, now) = (earlier.object(at: old), object(at: own))
            if before === now {
                kept(old, own)
                (old, own) = (old + 1, own + 1)
            } else if before.host.name == now.host.name {
                gone(old)
                new(own)
                (old, own) = (old + 1, own + 1)
            } else if before.host.name.precedes(now.host.name) {
                gone(old)
                old += 1
            } else {
                new(own)
                own += 1
            }
        }
        while old < oldEnd {
            gone(old)
            old += 1
        }
        while own < ownEnd {
            new(own)
            own += 1
        }
        for index in 0..<tail { kept(oldEnd + index, ownEnd + index) }
    }

    /// With how many of the same objects both lists begin, and with how many others both end.
    private func commonEnds(with earlier: HostList) -> (start: Int, tail: Int) {
        var start = 0
        for (own, old) in zip(blocks, earlier.blocks) {
            let same = Self.common(own, old, atMost: .max, fromEnd: false)
            start += same
            if same < own.count || same < old.count { break }
        }
        var tail = 0
        let rest = Swift.min(count, earlier.count) - start
        for (own, old) in zip(blocks.reversed(), earlier.blocks.reversed()) {
            let same = Self.common(own, old, atMost: rest - tail, fromEnd: true)
            tail += same
            if same < own.count || same < old.count { break }
        }
        return (start, tail)
    }

    /// How many of the same objects two blocks begin or end with.
    private static func common(_ a: [SharedHost], _ b: [SharedHost], atMost limit: Int, fromEnd: Bool) -> Int {
        a.withUnsafeBytes { a in
            b.withUnsafeBytes { b in
                // Addresses alone are compared, so that no reference is counted.
                let (a, b) = (a.bindMemory(to: UInt.self), b.bindMemory(to: UInt.self))
                let most = Swift.min(a.count, b.count, limit)
                if a.baseAddress == b.baseAddress, a.count == b.count { return most }
                return (0..<most).first { fromEnd ? a[a.count - 1 - $0] != b[b.count - 1 - $0] : a[$0] != b[$0] }
                    ?? most
            }
        }
    }
}

extension HostList {
    /// The hosts that are not what they were in an earlier list: as they were there, and as they are here.
    ///
    /// - Complexity: that of `compare`.
    package func changes(since earlier: HostList) -> (gone: [SharedHost], new: [SharedHost]) {
        var (gone, new): ([SharedHost], [SharedHost]) = ([], [])
        compare(with: earlier, gone: { gone.append(earlier.object(at: $0)) }, new: { new.append(object(at: $0)) })
        return (gone, new)
    }
}

extension Array {
    /// The index of the first element of which this does not hold, as it does of all before it and of none behind it.
    fileprivate func firstIndex(past isBefore: (Element) -> Bool) -> Int {
        var range = indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = isBefore(self[middle]) ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }
}

extension ByteString {
    /// Whether it comes before the other one in the order of a snapshot's hosts, which is that of the bytes.
    func precedes(_ other: ByteString) -> Bool {
        withBytes { a in
            other.withBytes { b in
                guard let start = a.baseAddress, let other = b.baseAddress else { return a.count < b.count }
                let order = memcmp(start, other, min(a.count, b.count))
                return order == 0 ? a.count < b.count : order < 0
            }
        }
    }
}
