internal import Bytes
internal import Routing

#if canImport(Glibc)
    private import Glibc
#endif

/// Finds out which container this process runs in, from what the kernel shows of it.
///
/// The rules are docker-gen's: the identifier is 64 hexadecimal digits in a cgroup path, or the folder of one of the
/// files that engines mount into every container.
struct OwnContainer {
    /// How sure it is that a container is the own one.
    enum Evidence: Int, Comparable {
        /// It carries the label that nginx-proxy gives its container; another one may carry it too.
        case label
        /// Its identifier begins with the host name here, which is also its own.
        case hostname
        /// The kernel names it.
        case identifier
        /// It carries the label that the operator has chosen for it.
        case chosenLabel

        static func < (a: Evidence, b: Evidence) -> Bool { a.rawValue < b.rawValue }
    }

    /// `/proc/1/cpuset`.
    var cpuset = ""
    /// `/proc/self/cgroup`.
    var cgroup = ""
    /// `/proc/self/mountinfo`.
    var mountinfo = ""
    /// The host name, by default the first 12 digits of the identifier.
    var hostname = ""
    /// The label that marks the container of a proxy (`NGINX_CONTAINER_LABEL`).
    var label = Self.defaultLabel
    /// Whether the operator has chosen that label, which then wins over what the kernel shows.
    var isLabelChosen = false

    /// The label of nginx-proxy's own image.
    static let defaultLabel = "com.github.nginx-proxy.nginx-proxy.nginx"

    /// What the kernel shows of this process.
    ///
    /// - Parameter label: the label that the operator has chosen for its container; nil for the image's own.
    static func current(label: String?) -> OwnContainer {
        let text = { (path: String) -> String in
            guard case .bytes(let bytes) = FileReading(of: path).content else { return "" }
            return String(decoding: bytes, as: UTF8.self)
        }
        return OwnContainer(
            cpuset: text("/proc/1/cpuset"), cgroup: text("/proc/self/cgroup"), mountinfo: text("/proc/self/mountinfo"),
            hostname: ownHostname, label: label ?? defaultLabel, isLabelChosen: label != nil)
    }

    /// The name of this machine (gethostname(2)).
    static var ownHostname: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { name in
            guard let start = name.baseAddress, gethostname(start, name.count - 1) == 0 else { return "localhost" }
            return String(cString: start)
        }
    }

    /// The identifier of the container; nil when there is no sign of one.
    ///
    /// One that begins with the host name is believed before any other.
    var identifier: String? {
        let found =
            Self.identifiers(in: cpuset) + Self.identifiers(in: cgroup) + Self.identifiersOfMounts(in: mountinfo)
        if hostname.utf8.count >= 12, let own = found.first(where: { $0.hasPrefix(hostname) }) { return own }
        return found.first
    }

    /// Why the container may be the own one; nil when nothing says so.
    ///
    /// - Parameters:
    ///   - container: what the engine says of it.
    ///   - identifier: the value of `identifier`, which is costly to find again.
    func evidence(for container: InspectedContainer, identifier: String?) -> Evidence? {
        let id = container.container.id
        let isLabelled = container.container.labels[label] != nil
        if isLabelled, isLabelChosen { return .chosenLabel }
        if id == identifier { return .identifier }
        if hostname.utf8.count >= 12, id.hasPrefix(hostname), container.hostname == hostname { return .hostname }
        return isLabelled ? .label : nil
    }

    private static func identifiers(in text: String) -> [String] {
        runs(in: Substring(text)).map { String($0) }
    }

    /// What is mounted over one of the files of every container counts, as `…containers/<id>…`, or as `/<id>/hostname` and
    /// its like with Podman's `userdata` between.
    ///
    /// The rest of a line may hold identifiers of others: an engine's own machine has mounts of all its containers.
    private static func identifiersOfMounts(in text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).flatMap { line -> [String] in
            // The fourth field is what is mounted, the fifth where: proc_pid_mountinfo(5).
            let fields = line.split(separator: " ", maxSplits: 5)
            guard fields.count > 4, mountPoints.contains(fields[4]) else { return [] }
            let root = fields[3]
            return runs(in: root).filter { run in
                let before = root[..<run.startIndex]
                var after = root[run.endIndex...]
                if before.hasSuffix("containers/") { return true }
                guard before.hasSuffix("/"), after.hasPrefix("/") else { return false }
                after = after.dropFirst()
                if after.hasPrefix("userdata/") { after = after.dropFirst("userdata/".count) }
                return mountedFiles.contains(after)
            }.map { String($0) }
        }
    }

    private static let mountedFiles: Set<Substring> = ["hostname", "hosts", "resolv.conf", ".containerenv"]
    private static let mountPoints: Set<Substring> = [
        "/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/run/.containerenv",
    ]

    /// The stretches of exactly 64 lower-case hexadecimal digits.
    private static func runs(in text: Substring) -> [Substring] {
        text.split { character in
            guard let byte = character.asciiValue else { return true }
            return ASCII.hexValue(byte) == nil || character.isUppercase
        }.filter { $0.utf8.count == 64 }
    }
}
