package import Bytes

/// How names are served, in lower case: a context each, or none for names that are refused.
///
/// A copy with a few changes shares the rest with what it was made of, however many names there are.
package struct ServedNames: Sendable, ExpressibleByDictionaryLiteral {
    private var base: [ByteString: TLSContext?]
    /// What differs from that; a name that leads to nothing is gone.
    private var changes: [ByteString: Change] = [:]

    private enum Change {
        case gone
        case served(TLSContext?)
    }

    /// Names of which it is known how they are served.
    package init(_ names: [ByteString: TLSContext?]) { base = names }

    package init(dictionaryLiteral elements: (ByteString, TLSContext?)...) {
        base = Dictionary(elements) { first, _ in first }
    }

    /// How a name is served; nil for one that is not there.
    package subscript(name: ByteString) -> TLSContext?? {
        get {
            guard !changes.isEmpty, let change = changes[name] else { return base[name] }
            switch change {
            case .gone: return nil
            case .served(let context): return .some(context)
            }
        }
        set {
            changes[name] = newValue.map { .served($0) } ?? .gone
            if changes.count > Self.mostChanges { merge() }
        }
    }

    private mutating func merge() {
        for (name, change) in changes {
            switch change {
            case .gone: base[name] = nil
            case .served(let context): base[name] = .some(context)
            }
        }
        changes = [:]
    }

    private static let mostChanges = 128
}
