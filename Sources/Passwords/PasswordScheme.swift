/// A way to turn a password into the text that a password file keeps.
///
/// The raw values are the names that the command line takes and prints.
package enum PasswordScheme: String, CaseIterable, Sendable {
    /// `$2a$`, `$2b$` and `$2y$` of crypt(5): slow by design, and read by nginx, Apache httpd and the registry alike.
    case bcrypt
    /// `$y$` of crypt(5): slow and hungry for memory by design.
    case yescrypt
    /// `$6$` of crypt(5).
    case sha512
    /// `$5$` of crypt(5).
    case sha256
    /// `$apr1$` of Apache httpd: a thousand rounds of MD5.
    case apr1
    /// `$1$` of crypt(5): a thousand rounds of MD5.
    case md5
    /// The thirteen characters of the oldest crypt(5); only the first eight characters of a password count.
    case des
    /// `{SSHA}`: one round of SHA-1 with a salt (RFC 2307).
    case ssha
    /// `{SHA}`: one round of SHA-1 without a salt (RFC 2307).
    case sha
    /// `{PLAIN}`: the password itself, as nginx reads it. It is understood, and never made.
    case plain

    /// The costs that a hash may have, or nil where the scheme has no choice.
    ///
    /// For bcrypt it is the binary logarithm of the rounds, for `sha256` and `sha512` the rounds, for yescrypt the
    /// level of crypt_gensalt(3). The upper ends keep one login under about a second and 64 MiB: a hash
    /// above them is not checked at all.
    package var costs: ClosedRange<Int>? {
        switch self {
        case .bcrypt: 4...14
        case .yescrypt: 1...7
        case .sha512, .sha256: 1_000...1_000_000
        case .apr1, .md5, .des, .ssha, .sha, .plain: nil
        }
    }

    /// The cost of a new hash when none is asked for, or nil where the scheme has no choice.
    package var defaultCost: Int? {
        switch self {
        case .bcrypt: 10
        case .yescrypt: 5
        case .sha512, .sha256: 5_000
        case .apr1, .md5, .des, .ssha, .sha, .plain: nil
        }
    }

    /// How many bytes of a password the scheme looks at, or nil when it is all of them.
    package var significantBytes: Int? {
        switch self {
        case .bcrypt: 72
        case .des: 8
        case .yescrypt, .sha512, .sha256, .apr1, .md5, .ssha, .sha, .plain: nil
        }
    }

    /// Whether guesses at a stolen hash are so cheap that the scheme should not be used for new passwords.
    package var isWeak: Bool {
        switch self {
        case .bcrypt, .yescrypt, .sha512, .sha256: false
        case .apr1, .md5, .des, .ssha, .sha, .plain: true
        }
    }
}
