private import CLinux
internal import Net

#if canImport(Glibc)
    private import Glibc
#endif

/// Tells when files may have changed: at once by inotify(7), and each second in any case.
///
/// After an event it waits until there was quiet for `quiet`, because editors and tools touch a file several times, but
/// never longer than `patience`. The regular look is for file systems that send no events, such as network mounts.
final class FolderWatcher: EventSource {
    /// How long nothing must have happened.
    static let quiet = Duration.milliseconds(30)
    /// How long after the first event the change is told at the latest.
    static let patience = Duration.milliseconds(500)
    /// How long a file counts as being written to after its last write when it is never closed.
    static let writerPatience = Duration.seconds(5)

    private let loop: EventLoop
    private let interval: Duration
    private let changed: () -> Void
    private let descriptor: FileDescriptor
    private var token: Token?
    private var plan = WatchPlan([])
    private var paths: Set<String> = []
    private var watches: [Int32: String] = [:]
    private var writers: [String: Instant] = [:]
    private var firstEvent: Instant?
    private var isPlanStale = false

    /// A watcher of nothing yet; `changed` is called on the loop's thread.
    ///
    /// - Parameter interval: the time between two regular looks; they are rarer where a look takes more than a fiftieth
    ///   of it.
    /// - Throws: `SystemError` when the kernel gives no inotify descriptor.
    init(
        on loop: EventLoop, interval: Duration = .seconds(1), changed: @escaping () -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.interval = interval
        self.changed = changed
        let raw = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard raw >= 0 else { throw .current("inotify_init1") }
        descriptor = FileDescriptor(owning: raw)
        let token = try loop.add(raw, self, interest: .reading)
        self.token = token
        loop.setDeadline(interval, for: token)
    }

    /// Stops watching.
    func close() {
        guard let token else { return }
        loop.unwatch(descriptor.raw)
        loop.remove(token)
        self.token = nil
    }

    /// Watches these files and folders, and no others.
    func watch(_ paths: Set<String>) {
        guard isPlanStale || paths != self.paths else { return }
        self.paths = paths
        isPlanStale = false
        plan = WatchPlan(paths)
        var unwanted = Set(watches.keys)
        for (folder, interest) in plan.folders {
            // A folder that took another's place gets a new watch, the same one keeps its own.
            let watch = inotify_add_watch(descriptor.raw, folder, Self.mask(interest))
            // What cannot be watched (no such folder any more, or no watch left: inotify(7)) is still looked at each second.
            guard watch >= 0 else { continue }
            unwanted.remove(watch)
            watches[watch] = folder
        }
        for watch in unwanted {
            inotify_rm_watch(descriptor.raw, watch)
            watches[watch] = nil
        }
    }

    /// Whether a program has begun to write to the file of this real path, and not yet closed it.
    func isBeingWritten(_ path: String) -> Bool {
        guard let last = writers[path] else { return false }
        return Instant.now.since(last) < Self.writerPatience
    }

    /// The real paths of the files that programs are writing to.
    var pathsBeingWritten: Set<String> { Set(writers.keys.filter { isBeingWritten($0) }) }

    func ready(_ readiness: Readiness) {
        var isNews = false
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 8) { buffer in
            while true {
                let count = read(descriptor.raw, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                if take(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { isNews = true }
            }
        }
        guard isNews else { return }
        let first = firstEvent ?? loop.now
        firstEvent = first
        guard let token else { return }
        loop.setDeadline(min(loop.now + Self.quiet, first + Self.patience), for: token)
    }

    func deadlinePassed() {
        firstEvent = nil
        writers = writers.filter { loop.now.since($0.value) < Self.writerPatience }
        let start = Instant.now
        changed()
        let cost = Instant.now.since(start)
        if let token, firstEvent == nil { loop.setDeadline(max(interval, cost * 50), for: token) }
    }

    private func take(_ events: UnsafeRawBufferPointer) -> Bool {
        var isNews = false
        var offset = 0
        let headSize = MemoryLayout<inotify_event>.size
        while offset + headSize <= events.count {
            let event = events.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
            let nameBytes = events[(offset + headSize)..<(offset + headSize + Int(event.len))]
            let name = String(decoding: nameBytes.prefix { $0 != 0 }, as: UTF8.self)
            if take(event.wd, event.mask, name) { isNews = true }
            offset += headSize + Int(event.len)
        }
        return isNews
    }

    /// Takes one event in and says whether it is about something that counts.
    private func take(_ watch: Int32, _ mask: UInt32, _ name: String) -> Bool {
        if mask & UInt32(IN_Q_OVERFLOW) != 0 {
            writers = [:]
            isPlanStale = true
            return true
        }
        guard let folder = watches[watch] else { return false }
        if mask & UInt32(IN_IGNORED) != 0 { watches[watch] = nil }
        if name.isEmpty {
            isPlanStale = true
            return true
        }
        guard plan.folders[folder]?.covers(name) == true else { return false }
        let path = Folders.joined(folder, name)
        if mask & UInt32(IN_MODIFY | IN_CREATE) != 0, isWrittenTo(path, isNew: mask & UInt32(IN_CREATE) != 0) {
            writers[path] = loop.now
        }
        if mask & UInt32(IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO) != 0 { writers[path] = nil }
        // What only changes the content leads nowhere else.
        if mask & UInt32(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO) != 0 { isPlanStale = true }
        return true
    }

    /// A created link or folder is never closed after writing; a file has one name until it is linked.
    private func isWrittenTo(_ path: String, isNew: Bool) -> Bool {
        guard isNew else { return true }
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1
    }

    private static func mask(_ interest: WatchPlan.Interest) -> UInt32 {
        var mask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
        if interest.isWhole || interest.hasFiles { mask |= IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB }
        return UInt32(mask)
    }
}
