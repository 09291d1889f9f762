internal import Bytes

/// Finds out which container this process runs in, from what the kernel shows of it.
///
/// The rules are docker-gen's: the identifier is 64 hexadecimal digits in a cgroup path, or the folder of one of the
/// files that engines mount into every container.
struct OwnContainer {
    /// `/proc/1/cpuset`.
    var cpuset = ""
    /// `/proc/self/cgroup`.
    var cgroup = ""
    /// `/proc/self/mountinfo`.
    var mountinfo = ""
    /// The host name, by default the first 12 digits of the identifier.
    var hostname = ""

    /// The identifier of the container; nil when there is no sign of one.
    ///
    /// One that begins with the host name is believed before any other.
    var identifier: String? {
        let found =
            Self.identifiers(in: cpuset) + Self.identifiers(in: cgroup) + Self.identifiersOfMounts(in: mountinfo)
        if hostname.utf8.count >= 12, let own = found.first(where: { $0.hasPrefix(hostname) }) { return own }
        return found.first
    }

    private static func identifiers(in text: String) -> [String] {
        runs(in: Substring(text)).map { String($0) }
    }

    /// A mount counts as `…containers/<id>…`, or as `/<id>/hostname` and its like with Podman's `userdata` between.
    private static func identifiersOfMounts(in text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).flatMap { line in
            runs(in: line).filter { run in
                let before = line[..<run.startIndex]
                var after = line[run.endIndex...]
                if before.hasSuffix("containers/") { return true }
                guard before.hasSuffix("/"), after.hasPrefix("/") else { return false }
                after = after.dropFirst()
                if after.hasPrefix("userdata/") { after = after.dropFirst("userdata/".count) }
                return ["hostname", "hosts", "resolv.conf"].contains { after.hasPrefix($0) }
            }.map { String($0) }
        }
    }

    /// The stretches of exactly 64 lower-case hexadecimal digits.
    private static func runs(in text: Substring) -> [Substring] {
        text.split { character in
            guard let byte = character.asciiValue else { return true }
            return ASCII.hexValue(byte) == nil || character.isUppercase
        }.filter { $0.utf8.count == 64 }
    }
}
