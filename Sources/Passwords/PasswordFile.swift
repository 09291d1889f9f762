/// The users of one password file and their hashes, as they were when it was read.
///
/// The first line with a name decides about it, even when its hash cannot be read (nginx: `auth_basic_user_file`). Looking up a
/// name allocates nothing.
package final class PasswordFile: Sendable {
    /// The line that decides about one user.
    package struct Entry: Equatable, Sendable {
        /// The number of the line, counted from 1.
        package let line: Int
        /// Whether the hash can be checked. Where it cannot, the user must be refused.
        package let isReadable: Bool
        fileprivate let name: Range<Int32>
        fileprivate let hash: Range<Int32>
    }

    /// Something in the file that its owner should know.
    package struct Problem: Equatable, Sendable {
        /// The number of the line, counted from 1.
        package let line: Int
        /// What is wrong with it, without any part of a hash.
        package let message: String
        /// Whether a user is kept out by it.
        package let isError: Bool
        /// What to do about it; nil where the message says it.
        package let hint: String?
    }

    /// The most bytes that are read. What lies behind them is ignored, and the users there have no entry.
    package static let sizeLimit = 1_048_576
    /// The most lines that are read.
    package static let lineLimit = 100_000

    /// What the owner should know, in the order of the lines.
    package let problems: [Problem]
    private let bytes: [UInt8]
    private let entries: [Entry]
    private let readable: [Int32]
    private let slots: [Int32]

    /// Reads the text of a password file.
    package init(parsing bytes: [UInt8]) {
        var reader = PasswordFileReader()
        bytes.withUnsafeBytes { reader.read($0) }
        self.bytes = bytes
        entries = reader.lines.map {
            Entry(line: $0.number, isReadable: $0.isReadable, name: .init($0.name), hash: .init($0.hash))
        }
        readable = entries.indices.filter { reader.lines[$0].isReadable }.map { Int32($0) }
        slots = reader.slots
        problems = reader.problems
    }

    /// The number of users.
    package var count: Int { entries.count }

    /// The entries that decide, in the order of the lines.
    package var all: [Entry] { entries }

    /// The name of an entry's user, with replacement characters where it is not UTF-8. Allocates.
    package func name(of entry: Entry) -> String {
        String(decoding: bytes[Int(entry.name.lowerBound)..<Int(entry.name.upperBound)], as: UTF8.self)
    }

    /// The entry that decides about a user, or nil when there is none. Not constant in time.
    package func entry(for user: UnsafeRawBufferPointer) -> Entry? {
        bytes.withUnsafeBytes { file in
            var slot = NameTable.start(user, slots: slots.count)
            while slots[slot] >= 0 {
                let entry = entries[Int(slots[slot])]
                if NameTable.equals(user, Self.part(entry.name, of: file)) { return entry }
                slot = NameTable.next(slot, slots: slots.count)
            }
            return nil
        }
    }

    /// The hash of an entry of this file, or nil when it cannot be read.
    package func hash(of entry: Entry) -> PasswordHash? {
        withHashText(of: entry) { text in try? PasswordHash(Array(text)) }
    }

    /// Calls the body with the text of an entry's hash.
    package func withHashText<Result>(of entry: Entry, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes { body(Self.part(entry.hash, of: $0)) }
    }

    /// The entry whose hash stands in for that of an unknown user; nil when no entry is readable.
    ///
    /// Equal numbers give equal entries. With a number that is a secret function of the name, an unknown name takes the time
    /// of some known one, always the same, whatever mix of schemes the file has.
    package func decoy(choosing number: UInt64) -> Entry? {
        readable.isEmpty ? nil : entries[Int(readable[Int(number % UInt64(readable.count))])]
    }

    private static func part(_ range: Range<Int32>, of file: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: file[Int(range.lowerBound)..<Int(range.upperBound)])
    }
}

extension Range<Int32> {
    fileprivate init(_ range: Range<Int>) { self = Int32(range.lowerBound)..<Int32(range.upperBound) }
}
