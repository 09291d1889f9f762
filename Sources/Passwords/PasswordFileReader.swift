/// Finds the deciding lines of a password file, and what is wrong with the others.
struct PasswordFileReader {
    /// A line that decides about its user.
    struct DecidingLine {
        /// Counted from 1.
        let number: Int
        let isReadable: Bool
        let name: Range<Int>
        let hash: Range<Int>
    }

    /// In the order of the file.
    private(set) var lines: [DecidingLine] = []
    /// In the order of the file; at most `problemLimit`.
    private(set) var problems: [PasswordFile.Problem] = []
    /// A `NameTable` of indices into `lines`; -1 in free slots.
    private(set) var slots = [Int32](repeating: -1, count: NameTable.size(for: 0))

    private static let problemLimit = 100
    private static let nameLimit = 255

    /// Reads a whole file. A line that the limits cut is not read at all: half a hash may be another one.
    mutating func read(_ file: UnsafeRawBufferPointer) {
        var number = 0
        var start = PasswordLine.start(of: file)
        while start < file.count {
            let line = PasswordLine(at: start, in: file)
            guard line.whole.upperBound <= PasswordFile.sizeLimit, number < PasswordFile.lineLimit else {
                report(number + 1, "the file is too large; this line and all that follow are ignored", isError: true)
                return
            }
            number += 1
            read(line, number, of: file)
            start = line.whole.upperBound
        }
    }

    private mutating func read(_ line: PasswordLine, _ number: Int, of file: UnsafeRawBufferPointer) {
        guard let range = line.name else {
            if line.isMalformed { report(number, "the line has no form name:hash", isError: true) }
            return
        }
        let name = UnsafeRawBufferPointer(rebasing: file[range])
        guard name.count <= Self.nameLimit, !name.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            report(number, "no client can send this name: it is too long or has control characters", isError: true)
            return
        }
        let slot = slot(of: name, in: file)
        guard slots[slot] < 0 else {
            let first = lines[Int(slots[slot])].number
            report(number, "\(text(name)) is listed again; line \(first) decides", isError: false)
            return
        }
        slots[slot] = Int32(lines.count)
        let isReadable = check(UnsafeRawBufferPointer(rebasing: file[line.hash]), number, name)
        lines.append(DecidingLine(number: number, isReadable: isReadable, name: range, hash: line.hash))
        if lines.count * 2 > slots.count { grow(file) }
    }

    private mutating func check(_ hash: UnsafeRawBufferPointer, _ number: Int, _ name: UnsafeRawBufferPointer) -> Bool {
        do throws(PasswordError) {
            _ = try HashSyntax.recognize(hash)
            return true
        } catch {
            guard problems.count < Self.problemLimit, Self.isGlued(hash) else {
                report(number, "\(text(name)) is kept out: \(error)", isError: true)
                return false
            }
            report(
                number,
                "\(text(name)) is kept out, and whoever follows in the line: behind the hash stands a letter n where the line "
                    + "should end", isError: true, hint: Self.adviceOnEnds)
            return false
        }
    }

    /// Whether the text is a hash with an `n` behind it: what `printf "USER:HASHn"` writes where `\\n` was meant.
    private static func isGlued(_ text: UnsafeRawBufferPointer) -> Bool {
        text.count <= HashSyntax.maximumLength
            && text.indices.contains { index in
                text[index] == UInt8(ascii: "n")
                    && (try? HashSyntax.recognize(UnsafeRawBufferPointer(rebasing: text[..<index]))) != nil
            }
    }

    private static let adviceOnEnds =
        "write printf '%s\\n' \"USER:HASH\", or make the file with: portico passwd set HOST USER"

    private mutating func report(_ line: Int, _ message: String, isError: Bool, hint: String? = nil) {
        guard problems.count < Self.problemLimit else { return }
        problems.append(PasswordFile.Problem(line: line, message: message, isError: isError, hint: hint))
    }

    private func text(_ name: UnsafeRawBufferPointer) -> String { String(decoding: name, as: UTF8.self) }

    private func slot(of name: UnsafeRawBufferPointer, in file: UnsafeRawBufferPointer) -> Int {
        var slot = NameTable.start(name, slots: slots.count)
        while slots[slot] >= 0,
            !NameTable.equals(name, UnsafeRawBufferPointer(rebasing: file[lines[Int(slots[slot])].name]))
        {
            slot = NameTable.next(slot, slots: slots.count)
        }
        return slot
    }

    private mutating func grow(_ file: UnsafeRawBufferPointer) {
        slots = Array(repeating: -1, count: NameTable.size(for: lines.count * 2))
        for (index, line) in lines.enumerated() {
            slots[slot(of: UnsafeRawBufferPointer(rebasing: file[line.name]), in: file)] = Int32(index)
        }
    }
}
