internal import Bytes
internal import FoundationEssentials
internal import Passwords

/// A password file and what a client sends: the first line is the value of `Authorization`, the others are the file.
enum PasswordFileCheck {
    static func run(_ input: [UInt8]) throws(Violation) {
        let (value, rest) = input.firstLine
        let login = try checkCredentials(Array(value))
        let file = PasswordFile(parsing: Array(rest))
        try checkEntries(of: file, in: Array(rest))
        try checkProblems(of: file, in: Array(rest))
        for user in [login?.user, Array("carol".utf8)].compactMap(\.self) {
            try checkChanges(of: user, in: Array(rest))
        }
        if let login { try checkLogin(login.user, login.password, file) }
    }

    /// RFC 7617: what is accepted is exactly what an encoder makes of a name and a password.
    private static func checkCredentials(
        _ value: [UInt8]
    ) throws(Violation) -> (user: [UInt8], password: [UInt8])? {
        let bytes = ExactBytes(value)
        var credentials = BasicCredentials()
        // What was read before must not be seen again.
        let earlier = Array(
            "Basic \(Data("admin:\(String(repeating: "x", count: 400))".utf8).base64EncodedString())".utf8)
        _ = earlier.withUnsafeBytes { credentials.read($0) }
        guard credentials.read(UnsafeRawBufferPointer(bytes.memory)) else {
            try require(credentials.user.isEmpty && credentials.password.isEmpty, "nothing is kept of what is refused")
            return nil
        }
        let (user, password) = (Array(credentials.user), Array(credentials.password))
        try require(!user.isEmpty && !user.contains(ASCII.colon), "a name")
        try require(!(user + password).contains { $0 < 0x20 || $0 == 0x7f }, "no control bytes")
        let token = Data(user + [ASCII.colon] + password).base64EncodedString()
        try requireEqual(
            value.drop { $0 != ASCII.space }.drop { $0 == ASCII.space }.text, token, "the token in its one form")
        try requireEqual(value.prefix(5).lowercased.text, "basic", "the scheme")
        return (user, password)
    }

    /// The first line with a name decides, however it is written.
    private static func checkEntries(of file: PasswordFile, in text: [UInt8]) throws(Violation) {
        let lines = plainLines(text)
        var deciding: [[UInt8]: (line: Int, hash: [UInt8])] = [:]
        for line in lines where deciding[line.name] == nil { deciding[line.name] = (line.number, line.hash) }
        try requireEqual(file.count, deciding.count, "the number of users")
        for (name, expected) in deciding {
            guard let entry = name.withUnsafeBytes({ file.entry(for: $0) }) else {
                throw Violation("no entry for \(name.text)")
            }
            try requireEqual(entry.line, expected.line, "the line that decides about \(name.text)")
            try requireEqual(file.withHashText(of: entry) { Array($0) }, expected.hash, "the hash of \(name.text)")
            try requireEqual(file.hash(of: entry) != nil, entry.isReadable, "whether the hash can be read")
            let other = name + [UInt8(ascii: "x")]
            try requireEqual(
                other.withUnsafeBytes { file.entry(for: $0) } != nil, deciding[other] != nil, "no entry for another")
        }
        for number: UInt64 in [0, 1, .max] {
            let decoy = file.decoy(choosing: number)
            try requireEqual(decoy != nil, file.all.contains(where: \.isReadable), "whether there is a decoy")
            if let decoy { try require(decoy.isReadable, "a decoy can be read") }
        }
    }

    private static func plainLines(_ text: [UInt8]) -> [(number: Int, name: [UInt8], hash: [UInt8])] {
        let text = text.starts(with: [0xef, 0xbb, 0xbf]) ? text.dropFirst(3) : text[...]
        var lines: [(number: Int, name: [UInt8], hash: [UInt8])] = []
        for (index, line) in text.split(separator: ASCII.lineFeed, omittingEmptySubsequences: false).enumerated() {
            guard let first = line.first, first != UInt8(ascii: "#"), first != ASCII.carriageReturn else { continue }
            guard let colon = line.firstIndex(of: ASCII.colon), colon > line.startIndex else { continue }
            let name = line[..<colon]
            guard name.count <= 255, !name.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { continue }
            let hash = line[(colon + 1)...].prefix { $0 != ASCII.colon && $0 != ASCII.carriageReturn }
            lines.append((index + 1, Array(name), Array(hash)))
        }
        return lines
    }

    /// What the owner is told names a line, and nothing of a hash.
    private static func checkProblems(of file: PasswordFile, in text: [UInt8]) throws(Violation) {
        let lines = text.split(separator: ASCII.lineFeed, omittingEmptySubsequences: false)
        for problem in file.problems {
            try require((1...lines.count).contains(problem.line), "a problem in line \(problem.line)")
            guard let entry = file.all.first(where: { $0.line == problem.line }) else { continue }
            let hash = file.withHashText(of: entry) { Array($0) }.text
            let end = hash.suffix(12)
            guard hash.utf8.count >= 24, !file.name(of: entry).contains(end) else { continue }
            // It may end like the message, which gives the form as an example.
            guard !messagesOfOthers.contains(where: { $0.contains(end) }) else { continue }
            try require(!problem.message.contains(end), "a message without the hash: \(problem.message)")
        }
    }

    /// What is said of hashes of every kind that hold nothing but their kind.
    private static let messagesOfOthers = PasswordFile(
        parsing: Array("a:$2y$\nb:$y$\nc:$6$\nd:$5$\ne:$apr1$\nf:{SHA}\ng:{SSHA}\nh:unknown\ni:$zz$\n".utf8)
    ).problems.map(\.message)

    /// A change of one user's line leaves all others who they were.
    private static func checkChanges(of user: [UInt8], in text: [UInt8]) throws(Violation) {
        guard (try? PasswordFileEditor.check(user: user.text)) != nil, Array(user.text.utf8) == user else { return }
        let before = hashes(in: text)
        let (changed, isNew) = PasswordText.setting(user, hash: Array("{PLAIN}new".utf8), in: text)
        try requireEqual(isNew, before[user] == nil, "whether \(user.text) is new")
        var expected = before
        expected[user] = Array("{PLAIN}new".utf8)
        try requireEqual(hashes(in: changed), expected, "the users when \(user.text) was given a password")
        let (removed, count) = PasswordText.removing(user, from: text)
        try requireEqual(count > 0, before[user] != nil, "whether \(user.text) was there")
        expected[user] = nil
        try requireEqual(hashes(in: removed), expected, "the users when \(user.text) was removed")
    }

    private static func hashes(in text: [UInt8]) -> [[UInt8]: [UInt8]] {
        let file = PasswordFile(parsing: text)
        var hashes: [[UInt8]: [UInt8]] = [:]
        for line in plainLines(text) where hashes[line.name] == nil {
            let entry = line.name.withUnsafeBytes { file.entry(for: $0) }
            hashes[line.name] = entry.map { file.withHashText(of: $0) { Array($0) } }
        }
        return hashes
    }

    /// Only the schemes that cost little; a decoy matches nothing.
    private static func checkLogin(_ user: [UInt8], _ password: [UInt8], _ file: PasswordFile) throws(Violation) {
        guard let entry = user.withUnsafeBytes({ file.entry(for: $0) }), let hash = file.hash(of: entry) else { return }
        switch hash.scheme {
        case .plain, .sha, .ssha, .apr1, .md5, .des: break
        case .bcrypt, .yescrypt, .sha512, .sha256: return
        }
        let bytes = ExactBytes(password)
        let isRight = try? hash.verify(UnsafeRawBufferPointer(bytes.memory))
        let isDecoyRight = try? hash.decoy.verify(UnsafeRawBufferPointer(bytes.memory))
        try require(isDecoyRight != true, "a decoy matches nothing")
        if hash.scheme == .plain {
            let text = file.withHashText(of: entry) { Array($0) }.dropFirst("{PLAIN}".utf8.count)
            try requireEqual(
                isRight, text.elementsEqual(password) && password.count <= PasswordHash.passwordLimit,
                "a plain password")
        }
    }
}
