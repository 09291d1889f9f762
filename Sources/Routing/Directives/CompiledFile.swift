/// A compiled file behind a reference, for all that it is in force for.
@dynamicMemberLookup
final class CompiledFile: Sendable {
    /// The file.
    let file: HostFile

    /// A file of its own.
    init(_ file: HostFile) { self.file = file }

    subscript<Part>(dynamicMember part: KeyPath<HostFile, Part>) -> Part { file[keyPath: part] }
}

extension CompiledFile: Equatable {
    static func == (a: CompiledFile, b: CompiledFile) -> Bool { a === b || a.file == b.file }
}
