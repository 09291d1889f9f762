/// What may have become of files, and how it is known.
enum FileNews: Hashable {
    /// There is news of these files and folders in the watched folders, and of nothing elsewhere.
    case named(Set<String>)
    /// There is news of more than can be told by name.
    case somewhere
    /// The kernel tells of nothing, which proves nothing: not every file system sends events.
    case none
}
