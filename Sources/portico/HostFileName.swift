/// Which names of virtual hosts may be names of files.
enum HostFileName {
    /// What is wrong with a name, or nil. A name without fault holds no slash and no dot at its ends, so that no path can
    /// be made of it.
    static func fault(of host: String) -> String? {
        guard let first = host.utf8.first, let last = host.utf8.last else { return "The name of the host is empty." }
        guard host.utf8.count <= 253 else { return "The name of the host is longer than 253 characters." }
        guard host.utf8.allSatisfy({ $0 < 0x80 }) else {
            return
                "\(quoted(host)) has letters beyond ASCII: give the host's name in its xn-- form, as clients send it."
        }
        guard host.utf8.allSatisfy(isAllowed) else {
            return
                "\(quoted(host)) is no name of a host: letters, digits, dots, hyphens, underscores and * are allowed."
        }
        guard first != UInt8(ascii: "."), first != UInt8(ascii: "-"), last != UInt8(ascii: ".") else {
            return "\(quoted(host)) is no name of a host: it begins with a dot or hyphen, or ends with a dot."
        }
        let parts = host.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2 {
            return "\(quoted(host)) has a port in it: the file is named by the host alone, \"\(parts[0])\"."
        }
        return nil
    }

    /// Colons stand in IPv6 addresses.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: ".-_*:".utf8.contains(byte)
        }
    }

    /// The name with every character escaped that could disturb a terminal.
    private static func quoted(_ host: String) -> String { host.debugDescription }
}
