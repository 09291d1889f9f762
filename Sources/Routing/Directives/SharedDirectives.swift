/// What the directives of a level set, behind a reference: most hosts' files set the same.
///
/// Whoever changes it is its only holder, so that it never changes while another one reads it.
final class SharedDirectives: @unchecked Sendable {
    /// The settings.
    fileprivate(set) var settings: DirectiveSettings

    /// Nothing is set.
    static let none = SharedDirectives(DirectiveSettings())

    init(_ settings: DirectiveSettings) { self.settings = settings }
}

extension SharedDirectives: Hashable {
    static func == (a: SharedDirectives, b: SharedDirectives) -> Bool { a === b || a.settings == b.settings }

    /// What differs most often is enough to tell most of them apart, and far cheaper than all of it.
    func hash(into hasher: inout Hasher) {
        hasher.combine(settings.maxBodySize)
        hasher.combine(settings.passwordFile)
        hasher.combine(settings.accessRules.count)
        hasher.combine(settings.addedHeaders)
        hasher.combine(settings.readTimeout)
    }
}

extension DirectiveLevel {
    /// What its directives set.
    var settings: DirectiveSettings {
        _read { yield shared.settings }
        _modify {
            if !isKnownUniquelyReferenced(&shared) { shared = SharedDirectives(shared.settings) }
            yield &shared.settings
        }
    }

    /// Has its settings, and those of the levels inside, be the same objects as others that equal them.
    mutating func share(_ pool: inout SharingPool<SharedDirectives>) {
        shared = pool.shared(shared)
        for index in branches.indices { branches[index].share(&pool) }
        for index in locations.indices { locations[index].level.share(&pool) }
        for index in exceptions.indices { exceptions[index].level.share(&pool) }
    }
}
