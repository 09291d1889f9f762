/// The forms of the hashes in a password file, and the limits of what is checked (crypt(5), RFC 2307).
///
/// A text is taken only if it has the form that hashing produces. So a line that libcrypt would refuse, or compare in
/// vain, is found when the file is read and not at a login.
enum HashSyntax {
    /// The scheme and cost of a hash.
    ///
    /// - Throws: `PasswordError.unreadableHash` with what is wrong, without any part of the text.
    static func recognize(
        _ text: UnsafeRawBufferPointer
    ) throws(PasswordError) -> (scheme: PasswordScheme, cost: Int?) {
        guard let first = text.first else { throw .unreadableHash("the hash is empty") }
        guard text.count <= maximumLength else { throw .unreadableHash("the hash is too long") }
        switch first {
        case UInt8(ascii: "$"): return try modular(text)
        case UInt8(ascii: "{"): return (try labelled(text), nil)
        default:
            try checkDES(text)
            return (.des, nil)
        }
    }

    /// Longer than any hash, and than any password that is worth its `{PLAIN}`.
    static let maximumLength = 1_024

    /// The number of bytes in front of the password of a `{PLAIN}` entry.
    static let plainPrefix: StaticString = "{PLAIN}"
    static let shaPrefix: StaticString = "{SHA}"
    static let sshaPrefix: StaticString = "{SSHA}"

    private static func modular(
        _ text: UnsafeRawBufferPointer
    ) throws(PasswordError) -> (scheme: PasswordScheme, cost: Int?) {
        let parts = text.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        switch String(decoding: parts[1], as: UTF8.self) {
        case "2a", "2b", "2y": return (.bcrypt, try bcryptCost(parts))
        case "y": return (.yescrypt, try yescryptLevel(parts))
        case "6": return (.sha512, try shaRounds(parts, digestLength: 86))
        case "5": return (.sha256, try shaRounds(parts, digestLength: 43))
        case "1":
            try checkMD5(parts)
            return (.md5, nil)
        case "apr1":
            try checkMD5(parts)
            return (.apr1, nil)
        default:
            throw .unreadableHash("the hash begins with a $…$ that stands for no scheme known here")
        }
    }

    private typealias Part = Slice<UnsafeRawBufferPointer>

    private static func bcryptCost(_ parts: [Part]) throws(PasswordError) -> Int {
        guard parts.count == 4, parts[2].count == 2, let cost = decimal(parts[2]), (4...31).contains(cost),
            parts[3].count == 53, parts[3].allSatisfy(isCryptLetter)
        else { throw .unreadableHash("the bcrypt hash is damaged: it has the form $2y$10$ and 53 characters") }
        return try limited(cost, .bcrypt)
    }

    /// The parameters are a flavour, the logarithm of the block count and the block size, a character each.
    private static func yescryptLevel(_ parts: [Part]) throws(PasswordError) -> Int {
        let damaged = PasswordError.unreadableHash("the yescrypt hash is damaged: it has the form $y$j9T$salt$hash")
        guard parts.count == 5, parts[2].first == UInt8(ascii: "j"), parts[2].count == 3,
            (1...86).contains(parts[3].count), parts[3].allSatisfy(isCryptLetter), parts[4].count == 43,
            parts[4].allSatisfy(isCryptLetter),
            let logarithm = cryptValue(parts[2][parts[2].startIndex + 1]),
            let size = cryptValue(parts[2][parts[2].startIndex + 2])
        else { throw damaged }
        switch (logarithm + 1, size + 1) {
        case (let blocks, 8) where blocks == 10 || blocks == 11: return blocks - 9
        case (let blocks, 32) where (10...18).contains(blocks): return try limited(blocks - 7, .yescrypt)
        default: throw .unreadableHash("the yescrypt hash has parameters that crypt_gensalt(3) does not use")
        }
    }

    private static func shaRounds(_ parts: [Part], digestLength: Int) throws(PasswordError) -> Int {
        let damaged = PasswordError.unreadableHash(
            "the SHA-crypt hash is damaged: it has the form $6$salt$ or $6$rounds=5000$salt$ and \(digestLength) "
                + "characters")
        guard parts.count == 4 || parts.count == 5, let digest = parts.last, digest.count == digestLength,
            digest.allSatisfy(isCryptLetter), isSalt(parts[parts.count - 2], limit: 16)
        else { throw damaged }
        guard parts.count == 5 else { return 5_000 }
        guard parts[2].starts(with: "rounds=".utf8), parts[2].count <= 16,
            let rounds = decimal(parts[2].dropFirst(7)), rounds >= 1_000,
            parts[2].dropFirst(7).first != UInt8(ascii: "0")
        else { throw damaged }
        return try limited(rounds, digestLength == 86 ? .sha512 : .sha256)
    }

    private static func checkMD5(_ parts: [Part]) throws(PasswordError) {
        guard parts.count == 4, isSalt(parts[2], limit: 8), parts[3].count == 22, parts[3].allSatisfy(isCryptLetter)
        else {
            throw .unreadableHash("the MD5 hash is damaged: it has the form $apr1$ or $1$, a salt, $ and 22 characters")
        }
    }

    private static func checkDES(_ text: UnsafeRawBufferPointer) throws(PasswordError) {
        let prefix = text.prefix(13)
        guard prefix.count == 13, prefix.allSatisfy(isCryptLetter) else {
            throw .unreadableHash("this is not a hash (a password itself never belongs here)")
        }
        guard text.count > 13 else { return }
        guard text[13] == UInt8(ascii: "n") else {
            throw .unreadableHash("this is not a hash: it begins like one of DES, but those have 13 characters")
        }
        throw .unreadableHash(
            "this begins like a DES hash, which has 13 characters, and an n follows: was it meant as \\n, a new line?")
    }

    private static func labelled(_ text: UnsafeRawBufferPointer) throws(PasswordError) -> PasswordScheme {
        if hasPrefix(text, plainPrefix) { return .plain }
        let (scheme, prefix): (PasswordScheme, StaticString) =
            hasPrefix(text, sshaPrefix) ? (.ssha, sshaPrefix) : (.sha, shaPrefix)
        guard hasPrefix(text, prefix) else {
            throw .unreadableHash("the hash begins with a {…} that stands for no scheme known here")
        }
        let digest = UnsafeRawBufferPointer(rebasing: text.dropFirst(prefix.utf8CodeUnitCount))
        let count = withUnsafeTemporaryAllocation(byteCount: maximumLength, alignment: 1) { memory in
            Base64.decode(digest, into: memory)
        }
        guard let count, scheme == .sha ? count == 20 : count >= 20 else {
            throw .unreadableHash(
                "the \(prefix) hash is damaged: base64 of \(scheme == .sha ? "" : "at least ")20 bytes follows")
        }
        return scheme
    }

    private static func limited(_ cost: Int, _ scheme: PasswordScheme) throws(PasswordError) -> Int {
        guard let costs = scheme.costs, cost > costs.upperBound else { return cost }
        throw .unreadableHash(
            "the \(scheme.rawValue) hash has the cost \(cost), and more than \(costs.upperBound) would make each login too "
                + "expensive")
    }

    private static func decimal(_ part: Part) -> Int? {
        guard !part.isEmpty, part.count <= 9 else { return nil }
        var value = 0
        for byte in part {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    /// libcrypt refuses these characters in a salt, and so does a password file's own syntax.
    private static func isSalt(_ part: Part, limit: Int) -> Bool {
        part.count <= limit && part.allSatisfy { $0 > 0x20 && $0 < 0x7f && !":;*!\\".utf8.contains($0) }
    }

    private static func isCryptLetter(_ byte: UInt8) -> Bool { cryptValue(byte) != nil }

    /// The value of a digit in crypt's own base 64, whose alphabet is `./0-9A-Za-z`.
    private static func cryptValue(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x2e...0x39: Int(byte - 0x2e)
        case 0x41...0x5a: Int(byte - 0x41) + 12
        case 0x61...0x7a: Int(byte - 0x61) + 38
        default: nil
        }
    }

    static func hasPrefix(_ text: UnsafeRawBufferPointer, _ prefix: StaticString) -> Bool {
        text.starts(with: UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount))
    }
}
