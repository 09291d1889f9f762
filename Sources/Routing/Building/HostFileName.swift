internal import Bytes

/// What the names of files in `vhost.d` mean (CONTRACT §1.8).
enum HostFileName {
    /// The file for hosts that have none of their own.
    static let standIn = "default"
    /// The files that stand for hosts, or locations, without one of their own.
    static let standIns = [standIn, standIn + locationSuffix]
    /// The ending of files for the locations of a host.
    static let locationSuffix = "_location"

    /// The ending of files that replace a location of a host.
    static let overrideSuffix = "_location_override"

    /// What stands in the file.
    static func context(of name: String) -> DirectiveContexts {
        if name.lowercased().hasSuffix(overrideSuffix) { return .override }
        return isOfLocation(name) ? .location : .server
    }

    /// Whether the file is for locations.
    static func isOfLocation(_ name: String) -> Bool { name.lowercased().hasSuffix(locationSuffix) }

    /// The name by which a file is looked for: lower-case, and a host outside ASCII in the form that clients send.
    static func key(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 >= 0x80 }) else { return name.lowercased() }
        let host = name.prefix { $0 != "_" }
        guard let patterns = try? HostName.patterns(host) else { return name.lowercased() }
        return Site.name(of: patterns).text + name.dropFirst(host.count).lowercased()
    }

    /// What the hosts are called in the names of files that a file could be for: where it is for locations, its name may end in
    /// a digest or not.
    static func hosts(of name: String) -> [String] {
        let key = key(name)
        guard let suffix = [overrideSuffix, locationSuffix].first(where: { key.hasSuffix($0) }) else { return [key] }
        let base = key.dropLast(suffix.count)
        let digest = base.suffix(41)
        return [String(base)] + (digest.count == 41 && digest.first == "_" ? [String(base.dropLast(41))] : [])
    }

    /// The name of the file that stands at the path; nil where that is not in the folder.
    static func name(of path: String, in folder: String) -> String? {
        guard path.hasPrefix(folder), path.utf8.dropFirst(folder.utf8.count).first == ASCII.slash else { return nil }
        let name = path.dropFirst(folder.count + 1)
        return name.contains("/") ? nil : String(name)
    }

    /// Whether the file is not that of one host: the stand-in, one for locations, hidden, a text to read or a backup.
    static func isSpecial(_ name: String) -> Bool {
        name == standIn || isOfLocation(name) || name.lowercased().hasSuffix(overrideSuffix)
            || name.hasPrefix(".") || name.hasPrefix("#") || name.hasSuffix("~")
            || name.lowercased().hasPrefix("readme")
    }
}
