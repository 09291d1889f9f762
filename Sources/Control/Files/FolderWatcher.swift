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
    private let changed: (FileNews) -> Void
    private let events: FolderEvents
    private var token: Token?
    private var plan = WatchPlan([])
    private var paths: Set<String> = []
    private var watches: [FolderEvents.Watch: String] = [:]
    private var writers: [String: Instant] = [:]
    private var firstEvent: Instant?
    /// What the events were about since the last look; nil for more than can be told by name.
    private var told: Set<String>? = []
    private var nextLook: Instant
    private var pause = quiet
    private var isPlanStale = false

    /// A watcher of nothing yet.
    ///
    /// - Parameters:
    ///   - interval: the time between two regular looks; they are rarer where a look takes more than a two hundredth of it.
    ///   - changed: called on the loop's thread. Paths are all in folders that are watched as such, and called as they were there.
    /// - Throws: `SystemError` when the kernel gives no inotify descriptor.
    init(
        on loop: EventLoop, interval: Duration = .seconds(1), changed: @escaping (FileNews) -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.interval = interval
        self.changed = changed
        nextLook = loop.now + interval
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

    /// Whether there is a file to which `isBeingWritten` may apply.
    var areSomeBeingWritten: Bool { !writers.isEmpty }

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
        // Where events never cease, the regular look comes all the same.
        let isOverdue = loop.now >= (firstEvent == nil ? nextLook : nextLook + interval)
        let news: FileNews =
            switch told {
            case .some(let paths) where !isOverdue: .named(paths)
            case .some([]): .none
            default: .somewhere
            }
        (firstEvent, told) = (nil, [])
        pause = Self.quiet
        writers = writers.filter { loop.now.since($0.value) < Self.writerPatience }
        let start = Instant.now
        changed(news)
        let end = Instant.now
        if isOverdue || news == .somewhere { nextLook = end + max(interval, end.since(start) * 200) }
        if let token, firstEvent == nil { loop.setDeadline(max(nextLook, end + Self.quiet), for: token) }
    }

    private static let pairEndings = [".crt", ".key", ".pem"]

    /// Takes one event in and says whether it is about something that counts.
    private func take(_ event: FolderEvents.Event) -> Bool {
        if event.kinds.contains(.lost) {
            writers = [:]
            return lookEverywhere()
        }
        guard let folder = watches[event.watch] else { return false }
        if event.kinds.contains(.ended) { watches[event.watch] = nil }
        if event.name.isEmpty { return lookEverywhere() }
        guard let interest = plan.folders[folder], interest.covers(event.name) else { return false }
        let path = Folders.joined(folder, event.name)
        let kind = event.kinds.isDisjoint(with: [.made, .movedHere]) ? nil : Self.kind(of: path)
        if event.kinds.contains(.written) || event.kinds.contains(.made) && kind == .emptyFile {
            writers[path] = loop.now
        }
        if !event.kinds.isDisjoint(with: [.closed, .removed, .movedAway, .movedHere]) { writers[path] = nil }
        let isAboutNames = !event.kinds.isDisjoint(with: [.made, .removed, .movedAway, .movedHere])
        if interest.names.contains(event.name) {
            // What only changes the content leads nowhere else.
            if isAboutNames { isPlanStale = true }
            told = nil
            return true
        }
        if kind == .link { isPlanStale = true }
        for folder in interest.paths { told?.insert(Folders.joined(folder, event.name)) }
        return true
    }

    private func lookEverywhere() -> Bool {
        isPlanStale = true
        told = nil
        return true
    }

    private enum Kind {
        case emptyFile
        case link
        case other
    }

    /// What a name is that was just made. A file that is empty has yet to be filled by its maker.
    ///
    /// One that holds something is being written to only where the kernel tells of that as well: it can also be a finished
    /// file that got its name by link(2), after which nothing more is told of it.
    private static func kind(of path: String) -> Kind {
        var status = stat()
        guard lstat(path, &status) == 0 else { return .other }
        switch status.st_mode & S_IFMT {
        case S_IFREG where status.st_size == 0: return .emptyFile
        case S_IFLNK: return .link
        default: return .other
        }
    }

    private static func kinds(_ interest: WatchPlan.Interest) -> FolderEvents.Kinds {
        let names: FolderEvents.Kinds = [.made, .removed, .movedAway, .movedHere, .folderGone]
        return interest.isWhole || interest.hasFiles ? names.union([.written, .closed, .attributes]) : names
    }
}
