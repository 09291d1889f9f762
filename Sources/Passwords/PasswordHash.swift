private import COpenSSL

/// The hash of a password as a password file keeps it, known to be of a form that can be checked.
package struct PasswordHash: Equatable, Sendable {
    /// How the hash was made.
    package let scheme: PasswordScheme
    /// What a check costs, in the unit of `PasswordScheme.costs`; nil where the scheme has no choice.
    package let cost: Int?
    private let text: [UInt8]
    private let isDecoy: Bool

    /// Recognizes the text that follows the user's name.
    ///
    /// - Throws: `PasswordError.unreadableHash` when it is no hash, is damaged, or would be too expensive to check.
    package init(_ text: [UInt8]) throws(PasswordError) {
        let recognized = text.withUnsafeBytes { text in
            Result { () throws(PasswordError) in try HashSyntax.recognize(text) }
        }
        (scheme, cost) = try recognized.get()
        self.text = text
        isDecoy = false
    }

    private init(decoyOf hash: PasswordHash) {
        scheme = hash.scheme
        cost = hash.cost
        text = hash.text
        isDecoy = true
    }

    /// A hash that costs exactly as much to check as this one, and that no password matches.
    ///
    /// A login with an unknown name is checked against it, so that time does not tell which names exist.
    package var decoy: PasswordHash { PasswordHash(decoyOf: self) }

    /// Whether the password is the one that was hashed.
    ///
    /// This takes from microseconds to about a second, and up to 64 MiB of memory, so it is never called on an event
    /// loop. Safe on any thread. How long it takes depends on the scheme, the cost and the password's length alone.
    ///
    /// - Throws: `PasswordError.hashingFailed` when the system cannot hash, as without memory. Nothing is known then.
    package func verify(_ password: UnsafeRawBufferPointer) throws(PasswordError) -> Bool {
        guard password.count <= Self.passwordLimit, !password.contains(0) else { return false }
        let isMatch =
            switch scheme {
            case .apr1: equals(APR1.hash(password, salt: text[Self.salt(of: text)]))
            case .sha, .ssha: SHA1Hash.verify(password, text: text)
            case .plain: Self.isPassword(password, of: text)
            case .bcrypt, .yescrypt, .sha512, .sha256, .md5, .des: equals(try Crypt.hash(password, text, scheme))
            }
        return isMatch && !isDecoy
    }

    /// The longest password in bytes; libcrypt takes no more (`CRYPT_MAX_PASSPHRASE_SIZE` of crypt(3)).
    package static let passwordLimit = 511

    /// Constant in time, but for the length, which the scheme gives away anyway.
    private func equals(_ other: [UInt8]) -> Bool {
        text.count == other.count && CRYPTO_memcmp(text, other, text.count) == 0
    }

    private static func isPassword(_ password: UnsafeRawBufferPointer, of plainText: [UInt8]) -> Bool {
        plainText.withUnsafeBytes { text in
            let kept = UnsafeRawBufferPointer(rebasing: text[HashSyntax.plainPrefix.utf8CodeUnitCount...])
            guard kept.count == password.count, !kept.isEmpty else { return kept.count == password.count }
            return CRYPTO_memcmp(kept.baseAddress, password.baseAddress, kept.count) == 0
        }
    }

    /// Where the salt stands in a text of the form `$id$salt$…`.
    private static func salt(of text: [UInt8]) -> Range<Int> {
        let separators = text.indices.filter { text[$0] == UInt8(ascii: "$") }
        return separators[1] + 1..<separators[2]
    }
}

extension PasswordHash {
    /// Hashes a password, with a fresh salt, as text for a password file.
    ///
    /// - Parameter cost: in the unit of `PasswordScheme.costs`; nil for the scheme's default.
    /// - Throws: `PasswordError` when the scheme is not offered, its cost out of range, or the password empty, longer than
    ///   `passwordLimit`, or with control bytes in it, which Basic authentication cannot carry (RFC 7617 §2).
    package static func make(
        password: UnsafeRawBufferPointer, scheme: PasswordScheme = .bcrypt, cost: Int? = nil
    ) throws(PasswordError) -> String {
        try check(password: password)
        try check(cost: cost, of: scheme)
        let cost = cost ?? scheme.defaultCost ?? 0
        switch scheme {
        case .bcrypt: return try Crypt.make(password, prefix: "$2y$", cost: cost, scheme)
        case .yescrypt: return try Crypt.make(password, prefix: "$y$", cost: cost, scheme)
        case .sha512: return try Crypt.make(password, prefix: "$6$", cost: cost, scheme)
        case .sha256: return try Crypt.make(password, prefix: "$5$", cost: cost, scheme)
        case .md5: return try Crypt.make(password, prefix: "$1$", cost: cost, scheme)
        case .des: return try Crypt.make(password, prefix: "", cost: cost, scheme)
        case .apr1: return String(decoding: APR1.make(password), as: UTF8.self)
        case .ssha: return SHA1Hash.make(password, salted: true)
        case .sha: return SHA1Hash.make(password, salted: false)
        case .plain: throw .schemeNotOffered(scheme)
        }
    }

    /// Refuses a cost that the scheme does not have. Nil stands for the default and is always allowed.
    ///
    /// - Throws: `PasswordError.costNotAllowed`.
    package static func check(cost: Int?, of scheme: PasswordScheme) throws(PasswordError) {
        guard let cost else { return }
        guard let costs = scheme.costs, costs.contains(cost) else {
            throw .costNotAllowed(scheme, allowed: scheme.costs)
        }
    }

    /// Refuses a password that a client could not send, or that could not be checked.
    ///
    /// - Throws: `PasswordError.passwordNotAllowed`.
    package static func check(password: UnsafeRawBufferPointer) throws(PasswordError) {
        guard !password.isEmpty else { throw .passwordNotAllowed("is empty") }
        guard password.count <= passwordLimit else {
            throw .passwordNotAllowed("is longer than \(passwordLimit) bytes, and no client's login could be checked")
        }
        guard !password.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw .passwordNotAllowed("has a control character in it, which Basic authentication cannot carry")
        }
    }
}

extension Array<UInt8> {
    init(_ text: StaticString) {
        self.init(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
