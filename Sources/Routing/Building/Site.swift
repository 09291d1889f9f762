internal import Bytes

/// A virtual host on its way into a snapshot.
final class Site {
    /// The host's name, which is the text of its first pattern.
    let name: ByteString
    /// The patterns of the name itself.
    let patterns: [HostPattern]
    /// The containers that ask for it, oldest first.
    var containers: [Container] = []
    /// What its file says.
    var file: HostFile?
    /// Set where its file cannot be read and may say who may come in.
    var shut: VirtualHost.Shut?

    /// A host without containers and file.
    init(patterns: [HostPattern]) {
        self.patterns = patterns
        name = Self.name(of: patterns)
    }

    /// The host's name or address as other protocols have it, an IPv6 address without brackets; nil for a pattern.
    var plainName: ByteString? {
        guard case .exact(let name)? = patterns.first else { return nil }
        return name.bytes.first == UInt8(ascii: "[") ? ByteString(Array(name.bytes.dropFirst().dropLast())) : name
    }

    /// The name of a host with these patterns.
    static func name(of patterns: [HostPattern]) -> ByteString {
        if case .exact(let name)? = patterns.first { name } else { ByteString(patterns.first?.text ?? "") }
    }
}
