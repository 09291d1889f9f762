/// Changes of the text of a password file that leave all other lines byte for byte as they are.
package enum PasswordText {
    /// The text with the user's hash in place of the one that decides now, or on a new last line.
    ///
    /// A comment behind the old hash stays. Later lines with the same name stay too: they never decide.
    package static func setting(_ user: [UInt8], hash: [UInt8], in text: [UInt8]) -> (text: [UInt8], isNew: Bool) {
        if let old = lines(of: user, in: text).first {
            return (text[..<old.hash.lowerBound] + hash + text[old.hash.upperBound...], false)
        }
        let lineEnd = usesCarriageReturns(text) ? Array("\r\n".utf8) : Array("\n".utf8)
        let isOpenEnded = !(text.last == nil || text.last == UInt8(ascii: "\n"))
        return (text + (isOpenEnded ? lineEnd : []) + user + [UInt8(ascii: ":")] + hash + lineEnd, true)
    }

    /// The text without any line of the user, and how many there were.
    ///
    /// All of them go: a second one would let the user in again as soon as the first is gone.
    package static func removing(_ user: [UInt8], from text: [UInt8]) -> (text: [UInt8], count: Int) {
        let removed = lines(of: user, in: text)
        var result: [UInt8] = []
        var start = 0
        for line in removed {
            result += text[start..<line.whole.lowerBound]
            start = line.whole.upperBound
        }
        result += text[start...]
        // Those three bytes are part of a name, and must not become the mark at the start of the file.
        let isName = removed.first?.whole.lowerBound == 0 && result.starts(with: PasswordLine.byteOrderMark)
        return ((isName ? [UInt8(ascii: "\n")] : []) + result, removed.count)
    }

    private static func lines(of user: [UInt8], in text: [UInt8]) -> [PasswordLine] {
        var found: [PasswordLine] = []
        PasswordLine.forEach(in: text) { line in
            if let name = line.name, text[name].elementsEqual(user) { found.append(line) }
        }
        return found
    }

    /// Whether the first line that has an end ends with CR and LF.
    private static func usesCarriageReturns(_ text: [UInt8]) -> Bool {
        guard let end = text.firstIndex(of: UInt8(ascii: "\n")), end > 0 else { return false }
        return text[end - 1] == UInt8(ascii: "\r")
    }
}
