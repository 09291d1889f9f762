/// A line that is typed without being shown, and the few keys that change it.
struct SecretLine {
    /// What a key has led to.
    enum Outcome: Equatable {
        /// The line goes on.
        case open
        /// The line was ended with Return, or with Ctrl-D behind some text.
        case entered
        /// Ctrl-C, Ctrl-\, or Ctrl-D on an empty line.
        case cancelled
    }

    /// What has been typed.
    private(set) var bytes: [UInt8] = []

    /// An empty line. Its memory is enough for any password, so that no copy is left behind when it grows.
    init() { bytes.reserveCapacity(Self.limit) }

    /// Takes one byte of what the terminal sends.
    mutating func type(_ byte: UInt8) -> Outcome {
        switch byte {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return .entered
        case 0x03, 0x1c: return .cancelled
        case 0x04: return bytes.isEmpty ? .cancelled : .entered
        case 0x08, 0x7f: eraseCharacter()
        case 0x15: erase()
        default:
            // Longer than any password that is taken; the rest need not be kept.
            if bytes.count < Self.limit { bytes.append(byte) }
        }
        return .open
    }

    /// Overwrites and forgets what was typed.
    mutating func erase() {
        for index in bytes.indices { bytes[index] = 0 }
        bytes.removeAll(keepingCapacity: true)
    }

    private mutating func eraseCharacter() {
        while let last = bytes.popLast() {
            let isContinuation = last & 0xc0 == 0x80
            if !isContinuation { return }
        }
    }

    private static let limit = 1_024
}
