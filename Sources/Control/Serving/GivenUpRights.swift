internal import Logging
internal import Net

#if canImport(Glibc)
    private import Glibc
#endif

/// What the process that serves gives up for good before it takes the first client.
enum GivenUpRights {
    /// Where programs, and the libraries that this one loads later, look things up.
    private static let systemPaths = [
        "/etc", "/usr", "/lib", "/lib64", "/dev", "/proc/self", "/proc/meminfo", "/sys/fs/cgroup",
        "/run/systemd/resolve",
    ]

    /// Becomes the user of the settings and confines itself. It must be called while the process has one thread.
    ///
    /// - Throws: `ServeError.user` or `.sandbox` when the operator has demanded what cannot be had.
    static func giveUp(_ settings: Settings, log: Logger) throws(ServeError) {
        // What becomes another user could be looked into by that user's other processes before the rest has happened.
        if settings.sandbox != .off { Confinement.hideMemory() }
        if let user = settings.user { try become(user, log) }
        guard settings.sandbox != .off else { return }
        // The kernel takes it back from who becomes another user (PR_SET_DUMPABLE in prctl(2)).
        Confinement.hideMemory()
        var walls: [String] = []
        try build("no new privileges", &walls, settings, log) { () throws(SystemError) in
            try Confinement.forbidNewPrivileges()
        }
        try build("files by Landlock", &walls, settings, log) { () throws(SystemError) in
            try Landlock.confine(reading: readable(settings), writing: writable(settings))
        }
        try build("system calls by a filter", &walls, settings, log) { () throws(SystemError) in
            try Confinement.filterCalls(allowsUnixSockets: false)
        }
        if !walls.isEmpty { log.info("The process that serves is confined: \(walls.joined(separator: ", "))") }
    }

    private static func become(_ wanted: Settings.User, _ log: Logger) throws(ServeError) {
        let reason: String
        if let user = ProcessUser(wanted.text) {
            if user == .current { return }
            do throws(SystemError) {
                try user.become()
                log.info("Serves as the user \(wanted.text)")
                return
            } catch {
                reason = "\(error.message). That takes root, or the capabilities SETUID and SETGID"
            }
        } else {
            reason = "this machine knows no such user or group"
        }
        guard wanted.isOptional else { throw .user(wanted.text, reason: reason) }
        log.warning("Cannot become the user \(wanted.text): \(reason). Serving as it was started.")
    }

    private static func build(
        _ wall: String, _ walls: inout [String], _ settings: Settings, _ log: Logger,
        _ body: () throws(SystemError) -> Void
    ) throws(ServeError) {
        do throws(SystemError) {
            try body()
            walls.append(wall)
        } catch {
            guard settings.sandbox != .required else { throw .sandbox("\(wall): \(error.message)") }
            log.warning("The process that serves goes without one wall (\(wall)): \(error.message)")
        }
    }

    private static func readable(_ settings: Settings) -> [String] {
        let folders = settings.folders
        let own = [folders.certificates, folders.virtualHosts, folders.passwords, folders.htpasswd, folders.pages]
        return own + [folders.base].filter { $0 != "/" } + systemPaths + lookupPaths
    }

    /// What the system's files for names and addresses are links to, with the folder that a new one is moved into. A folder of
    /// everything that runs stays out of it.
    private static var lookupPaths: [String] {
        ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"].flatMap { path -> [String] in
            guard let real = realpath(path, nil) else { return [] }
            defer { free(real) }
            let folder = Folders.parent(of: String(cString: real))
            return [String(cString: real)] + (Folders.system.contains(folder) ? [] : [folder])
        }
    }

    private static func writable(_ settings: Settings) -> [String] {
        var paths = ["/dev", Folders.parent(of: settings.controlSocket)]
        if let folder = settings.logFolder { paths.append(folder) }
        if case .file(let path, _) = settings.accessLog { paths.append(Folders.parent(of: path)) }
        return paths
    }
}
