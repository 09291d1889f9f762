internal import Bytes

/// What directives come to, behind a reference: most hosts have the same, and whoever makes something of it makes it once.
package final class SharedSettings: Sendable {
    /// The settings.
    package let settings: LocationSettings

    /// Settings that nobody shares yet.
    package init(_ settings: LocationSettings) { self.settings = settings }
}

extension SharedSettings: Hashable {
    package static func == (a: SharedSettings, b: SharedSettings) -> Bool { a === b || a.settings == b.settings }

    /// What differs most often is enough to tell most of them apart, and far cheaper than all of it.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(settings.maxBodySize)
        hasher.combine(settings.authentication?.file)
        hasher.combine(settings.accessRules.count)
        hasher.combine(settings.addedHeaders)
        hasher.combine(settings.readTimeout)
        hasher.combine(settings.hostsRegistry)
        hasher.combine(settings.returned)
    }
}

/// Objects of which equal ones become the same.
struct SharingPool<Object: AnyObject & Hashable> {
    private var known: Set<Object> = []
    /// Those that are known, by what tells them apart at once.
    private var identities: Set<ObjectIdentifier> = []

    /// The object that stands for all that equal this one.
    mutating func shared(_ object: Object) -> Object {
        if identities.contains(ObjectIdentifier(object)) { return object }
        let (isNew, member) = known.insert(object)
        if isNew { identities.insert(ObjectIdentifier(object)) }
        return member
    }

    /// Forgets what it knows where that is more than so many: some of it may be nobody's any more.
    mutating func trim(to count: Int) {
        if known.count > count { (known, identities) = ([], []) }
    }
}

extension VirtualHost {
    /// Has its settings be the same objects as those of other hosts where they are equal.
    mutating func share(_ pool: inout SharingPool<SharedSettings>) {
        sharedSurroundings = pool.shared(sharedSurroundings)
        for number in locations.indices { locations[number].shared = pool.shared(locations[number].shared) }
    }
}
