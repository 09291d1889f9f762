internal import Bytes

/// Chooses the location of a request among locations of which some stand inside others, in nginx's order.
///
/// On each level a `LocationMatcher` decides. What a prefix contains is asked before the patterns of its own level, and
/// what is found there by an exact path or a pattern stands; a pattern that matches is followed into what it contains.
package struct LocationTree {
    private let matcher: LocationMatcher
    /// The number among all locations of each one of this level.
    private let numbers: ContiguousArray<Int>
    /// What stands inside of each one of this level; empty where nothing does anywhere.
    private let inner: ContiguousArray<LocationTree?>

    /// A tree of locations, each with the number of the one that it stands in.
    ///
    /// - Parameter isProxied: whether the location of a number passes requests on.
    package init(_ locations: [(match: LocationMatch, parent: Int?)], isProxied: (Int) -> Bool = { _ in true }) {
        var children: [Int?: [Int]] = [:]
        for (number, location) in locations.enumerated() { children[location.parent, default: []].append(number) }
        self.init(below: nil, locations, children, isProxied)
    }

    private init(
        below parent: Int?, _ locations: [(match: LocationMatch, parent: Int?)], _ children: [Int?: [Int]],
        _ isProxied: (Int) -> Bool
    ) {
        let numbers = children[parent] ?? []
        matcher = LocationMatcher(numbers.map { locations[$0].match }) { isProxied(numbers[$0]) }
        self.numbers = ContiguousArray(numbers)
        let hasInner = numbers.contains { children[$0] != nil }
        inner = ContiguousArray(
            hasInner
                ? numbers.map { children[$0] == nil ? nil : LocationTree(below: $0, locations, children, isProxied) }
                : [])
    }

    /// The location of a path, which is normalised.
    ///
    /// - Complexity: that of `LocationMatcher.find` on each level. Allocates nothing.
    package func find(_ path: UnsafeRawBufferPointer, with patterns: PatternMatcher) -> LocationMatcher.Found {
        search(path, patterns).found
    }

    /// What is found, and whether patterns further out are not asked any more.
    private func search(
        _ path: UnsafeRawBufferPointer, _ patterns: PatternMatcher
    ) -> (found: LocationMatcher.Found, stands: Bool) {
        var best = LocationMatcher.Found.none
        switch matcher.findName(path) {
        case .exact(let index): return (.location(numbers[index]), true)
        case .directory(let index): return (.directory(numbers[index]), true)
        case .none: break
        case .prefix(let index, let isFinal):
            best = .location(numbers[index])
            if let tree = tree(index) {
                let result = tree.search(path, patterns)
                if result.stands { return result }
                if result.found != .none { best = result.found }
            }
            if isFinal { return (best, false) }
        }
        switch matcher.findPattern(path, with: patterns) {
        case .location(let index):
            let result = tree(index)?.search(path, patterns).found ?? .none
            return (result == .none ? .location(numbers[index]) : result, true)
        case .failed: return (.failed, true)
        case .none, .directory: return (best, false)
        }
    }

    private func tree(_ index: Int) -> LocationTree? { inner.isEmpty ? nil : inner[index] }
}
