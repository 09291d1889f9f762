private import CLinux
private import Glibc

/// The kernel's news of files in folders (inotify(7)).
package final class FolderEvents {
    /// A folder that is watched.
    package struct Watch: Hashable, Sendable {
        fileprivate let number: Int32
    }

    /// What has happened, or shall be told.
    package struct Kinds: OptionSet, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// A file's content was changed (IN_MODIFY).
        package static let written = Kinds(rawValue: 0x002)
        /// A file's owner, mode or links were changed (IN_ATTRIB).
        package static let attributes = Kinds(rawValue: 0x004)
        /// A file that was open for writing was closed (IN_CLOSE_WRITE).
        package static let closed = Kinds(rawValue: 0x008)
        /// A name went away to another folder or name (IN_MOVED_FROM).
        package static let movedAway = Kinds(rawValue: 0x040)
        /// A name came from another folder or name (IN_MOVED_TO).
        package static let movedHere = Kinds(rawValue: 0x080)
        /// A name was made: a file, folder or link (IN_CREATE).
        package static let made = Kinds(rawValue: 0x100)
        /// A name was removed (IN_DELETE).
        package static let removed = Kinds(rawValue: 0x200)
        /// The folder itself was removed or moved (IN_DELETE_SELF, IN_MOVE_SELF).
        package static let folderGone = Kinds(rawValue: 0x400 | 0x800)
        /// Events were lost, of whatever watch (IN_Q_OVERFLOW).
        package static let lost = Kinds(rawValue: 0x4000)
        /// The watch has ended (IN_IGNORED).
        package static let ended = Kinds(rawValue: 0x8000)
    }

    /// One piece of news.
    package struct Event: Sendable {
        /// The folder that it is about; of no meaning for `.lost`.
        package let watch: Watch
        /// What has happened.
        package let kinds: Kinds
        /// The name in the folder, empty when it is about the folder itself.
        package let name: String
    }

    private let descriptor: FileDescriptor

    /// Watches nothing yet.
    ///
    /// - Throws: `SystemError` when the kernel gives no descriptor.
    package init() throws(SystemError) {
        let raw = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard raw >= 0 else { throw .current("inotify_init1") }
        descriptor = FileDescriptor(owning: raw)
    }

    /// The number to give to a loop, which reports it readable when there is news.
    package var raw: Int32 { descriptor.raw }

    /// Watches a folder; one that is watched already keeps its watch, and is told of these kinds from now on.
    ///
    /// - Throws: `SystemError` when there is no such folder, or no watch left (ENOSPC).
    package func add(_ folder: String, _ kinds: Kinds) throws(SystemError) -> Watch {
        let number = inotify_add_watch(descriptor.raw, folder, kinds.rawValue | UInt32(IN_ONLYDIR))
        guard number >= 0 else { throw .current("inotify_add_watch") }
        return Watch(number: number)
    }

    /// Ends a watch; one that has ended is left alone.
    package func remove(_ watch: Watch) { inotify_rm_watch(descriptor.raw, watch.number) }

    /// Hands over the news that have come, in order. Never blocks.
    package func read(_ deliver: (Event) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while true {
                let count = Glibc.read(descriptor.raw, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                Self.split(UnsafeRawBufferPointer(rebasing: buffer[..<count]), deliver)
            }
        }
    }

    private static func split(_ events: UnsafeRawBufferPointer, _ deliver: (Event) -> Void) {
        let headSize = MemoryLayout<inotify_event>.size
        var offset = 0
        while offset + headSize <= events.count {
            let head = events.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
            let end = min(offset + headSize + Int(head.len), events.count)
            let name = events[(offset + headSize)..<end].prefix { $0 != 0 }
            deliver(
                Event(
                    watch: Watch(number: head.wd), kinds: Kinds(rawValue: head.mask),
                    name: String(decoding: name, as: UTF8.self)))
            offset = end
        }
    }
}
