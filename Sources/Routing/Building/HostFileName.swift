/// What the names of files in `vhost.d` mean (CONTRACT §1.8).
enum HostFileName {
    /// The file for hosts that have none of their own.
    static let standIn = "default"
    /// The ending of files for the locations of a host.
    static let locationSuffix = "_location"

    /// Whether the file is not that of one host: the stand-in, one for locations, hidden, a text to read or a backup.
    static func isSpecial(_ name: String) -> Bool {
        name == standIn || name.hasSuffix(locationSuffix) || name.hasSuffix("_location_override")
            || name.hasPrefix(".") || name.hasPrefix("#") || name.hasSuffix("~")
            || name.lowercased().hasPrefix("readme")
    }
}
