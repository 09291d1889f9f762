internal import Net

#if canImport(Glibc)
    private import Glibc
#endif

/// Tells when files may have changed: at once by inotify(7), and each second in any case.
///
/// After an event it waits for a moment of quiet, because editors and tools touch a file several times, but never longer
/// than `patience`. The regular look is for file systems that send no events, such as network mounts.
final class FolderWatcher: EventSource {
    /// How long nothing must have happened.
    static let quiet = Duration.milliseconds(3)
    /// The same where one of the files belongs to a certificate, which is one of two.
    static let quietOfPairs = Duration.milliseconds(30)
    /// How long after the first event the change is told at the latest.
    static let patience = Duration.milliseconds(500)
    /// How long a file counts as being written to after its last write when it is never closed.
    static let writerPatience = Duration.seconds(5)

    private let loop: EventLoop
    private let interval: Duration
    private let changed: () -> Void
    private let events: FolderEvents
    private var token: Token?
    private var plan = WatchPlan([])
    private var paths: Set<String> = []
    private var watches: [FolderEvents.Watch: String] = [:]
    private var writers: [String: Instant] = [:]
    private var firstEvent: Instant?
    private var pause = quiet
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
        events = try FolderEvents()
        let token = try loop.add(events.raw, self, interest: .reading)
        self.token = token
        loop.setDeadline(interval, for: token)
    }

    /// Stops watching.
    func close() {
        guard let token else { return }
        loop.unwatch(events.raw)
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
            do throws(SystemError) {
                // A folder that took another's place gets a new watch, the same one keeps its own.
                let watch = try events.add(folder, Self.kinds(interest))
                unwanted.remove(watch)
                watches[watch] = folder
            } catch {
                // No such folder any more, or no watch left: then the regular look has to do.
                continue
            }
        }
        for watch in unwanted {
            events.remove(watch)
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
        events.read { event in
            guard take(event) else { return }
            isNews = true
            if Self.pairEndings.contains(where: { event.name.hasSuffix($0) }) { pause = Self.quietOfPairs }
        }
        guard isNews else { return }
        let first = firstEvent ?? loop.now
        firstEvent = first
        guard let token else { return }
        loop.setDeadline(min(loop.now + pause, first + Self.patience), for: token)
    }

    func deadlinePassed() {
        firstEvent = nil
        pause = Self.quiet
        writers = writers.filter { loop.now.since($0.value) < Self.writerPatience }
        let start = Instant.now
        changed()
        let cost = Instant.now.since(start)
        if let token, firstEvent == nil { loop.setDeadline(max(interval, cost * 50), for: token) }
    }

    private static let pairEndings = [".crt", ".key", ".pem"]

    /// Takes one event in and says whether it is about something that counts.
    private func take(_ event: FolderEvents.Event) -> Bool {
        if event.kinds.contains(.lost) {
            writers = [:]
            isPlanStale = true
            return true
        }
        guard let folder = watches[event.watch] else { return false }
        if event.kinds.contains(.ended) { watches[event.watch] = nil }
        if event.name.isEmpty {
            isPlanStale = true
            return true
        }
        guard plan.folders[folder]?.covers(event.name) == true else { return false }
        let path = Folders.joined(folder, event.name)
        if event.kinds.contains(.written) || event.kinds.contains(.made) && isEmptyFile(path) {
            writers[path] = loop.now
        }
        if !event.kinds.isDisjoint(with: [.closed, .removed, .movedAway, .movedHere]) { writers[path] = nil }
        // What only changes the content leads nowhere else.
        if !event.kinds.isDisjoint(with: [.made, .removed, .movedAway, .movedHere]) { isPlanStale = true }
        return true
    }

    /// Whether a name that was just made is a file that its maker has yet to fill.
    ///
    /// One that holds something is being written to only where the kernel tells of that as well: it can also be a finished
    /// file that got its name by link(2), after which nothing more is told of it.
    private func isEmptyFile(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size == 0
    }

    private static func kinds(_ interest: WatchPlan.Interest) -> FolderEvents.Kinds {
        let names: FolderEvents.Kinds = [.made, .removed, .movedAway, .movedHere, .folderGone]
        return interest.isWhole || interest.hasFiles ? names.union([.written, .closed, .attributes]) : names
    }
}
