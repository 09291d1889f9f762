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

/// The virtual hosts of a snapshot, sorted by name. A copy costs no host, and neither does a change of another one.
package struct HostList: RandomAccessCollection, MutableCollection, ExpressibleByArrayLiteral, Sendable {
    /// The hosts' objects.
    package private(set) var objects: [SharedHost]

    /// The hosts of these objects.
    package init(_ objects: [SharedHost]) { self.objects = objects }

    /// Hosts with objects of their own.
    package init(_ hosts: some Sequence<VirtualHost>) { objects = hosts.map { SharedHost($0) } }

    package init(arrayLiteral hosts: VirtualHost...) { self.init(hosts) }

    package var startIndex: Int { 0 }
    package var endIndex: Int { objects.count }

    package subscript(index: Int) -> VirtualHost {
        _read { yield objects[index].host }
        set { objects[index] = SharedHost(newValue) }
    }

    /// The index of the host of this name, which was not changed since it was sorted; nil where there is none.
    package func index(named name: ByteString) -> Int? {
        let index = objects.firstIndex(notBefore: name)
        return index < objects.count && objects[index].host.name == name ? index : nil
    }

    /// What has become of the hosts of an earlier list.
    ///
    /// - Parameters:
    ///   - kept: called with the index there and here of each host that is still the same object, in ascending order.
    ///   - gone: called with the index there of each that is not.
    ///   - new: called with the index here of each that is new or has changed.
    /// - Complexity: O(n) comparisons of addresses; names are compared only where something has changed.
    package func compare(
        with earlier: HostList, kept: (Int, Int) -> Void = { _, _ in }, gone: (Int) -> Void = { _ in },
        new: (Int) -> Void = { _ in }
    ) {
        // Mostly all but one are the same: what stands at both ends need not be counted as referred to.
        let (start, tail) = commonEnds(with: earlier)
        for index in 0..<start { kept(index, index) }
        var (old, own) = (start, start)
        let (oldEnd, ownEnd) = (earlier.objects.count - tail, objects.count - tail)
        while old < oldEnd, own < ownEnd {
            if earlier.objects[old] === objects[own] {
                kept(old, own)
                (old, own) = (old + 1, own + 1)
            } else if earlier.objects[old].host.name == objects[own].host.name {
                gone(old)
                new(own)
                (old, own) = (old + 1, own + 1)
            } else if earlier.objects[old].host.name.precedes(objects[own].host.name) {
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

    /// How many objects both lists begin with, and how many others both end with.
    private func commonEnds(with earlier: HostList) -> (start: Int, tail: Int) {
        objects.withUnsafeBytes { own in
            earlier.objects.withUnsafeBytes { old in
                let (own, old) = (own.bindMemory(to: UInt.self), old.bindMemory(to: UInt.self))
                let shorter = Swift.min(own.count, old.count)
                var start = 0
                while start < shorter, own[start] == old[start] { start += 1 }
                var tail = 0
                while tail < shorter - start, own[own.count - 1 - tail] == old[old.count - 1 - tail] { tail += 1 }
                return (start, tail)
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
        compare(with: earlier, gone: { gone.append(earlier.objects[$0]) }, new: { new.append(objects[$0]) })
        return (gone, new)
    }
}

extension [SharedHost] {
    /// The index of the first host whose name does not come before this one.
    func firstIndex(notBefore name: ByteString) -> Int {
        var range = indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if self[middle].host.name.precedes(name) {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
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
