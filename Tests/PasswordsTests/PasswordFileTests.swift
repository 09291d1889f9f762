import TestSupport
import Testing

@testable import Passwords

@Suite("Password files")
struct PasswordFileTests {
    private static let sha = "{SHA}L55TUjtiq8FBorTWAZ0jy6g129A="
    private static let des = "abhfCpXqd4GrI"

    @Test(
        "finds a user whatever surrounds the line",
        arguments: [
            "alice:\(des)", "alice:\(des)\n", "alice:\(des)\r\n", "alice:\(des):a comment\n", "alice:\(des):\n",
            "# alice:x\nalice:\(des)\n", "\n\n\r\n\nalice:\(des)\n", "\u{feff}alice:\(des)\n", "bob:x\nalice:\(des)",
            "bob:x\r\nalice:\(des)\r\n", "alic:x\nalicee:x\nALICE:x\n alice:x\nalice :x\nalice:\(des)\nalice:x\n",
            "no colon\n:no name\nalice:\(des)\n", "alice:\(des)\rrest of the line\n", "alice\nalice:\(des)",
        ])
    func finds(_ text: String) throws {
        let file = parse(text)
        let entry = try #require(file.entry("alice"))
        #expect(entry.isReadable)
        #expect(file.hashText(entry) == Self.des)
        #expect(try #require(file.hash(of: entry)).verify("correct horse"))
        #expect(file.name(of: entry) == "alice")
    }

    @Test(
        "finds no user where no line has that very name",
        arguments: [
            "", "\n", "#alice:\(des)\n", " alice:\(des)", "alice :\(des)", "Alice:\(des)", "\ralice:\(des)\n", "alice",
        ])
    func findsNone(_ text: String) {
        let file = parse(text)
        #expect(file.entry("alice") == nil)
        #expect(file.entry("") == nil)
    }

    @Test("lets the first line with a name decide, even when its hash cannot be read")
    func firstLineDecides() throws {
        let file = parse("alice:\nalice:\(Self.des)\nbob:\(Self.des)\nbob:x\n")
        let alice = try #require(file.entry("alice"))
        #expect(!alice.isReadable)
        #expect(alice.line == 1)
        #expect(file.hash(of: alice) == nil)
        #expect(try #require(file.entry("bob")).line == 3)
        #expect(file.count == 2)
    }

    @Test("reports each line that does not do what its owner may think")
    func problems() {
        let text = """
            # users of the registry
            alice:\(Self.des)

            no colon here
            :\(Self.des)
            bob:
            alice:\(Self.sha)
            carol:hunter2
            da\tve:\(Self.des)
            """
        let problems = parse(text).problems
        #expect(problems.map(\.line) == [4, 5, 6, 7, 8, 9])
        #expect(problems.map(\.isError) == [true, true, true, false, true, true])
        #expect(problems[2].message == "bob is kept out: the hash is empty")
        #expect(problems[3].message == "alice is listed again; line 2 decides")
        #expect(!problems[4].message.contains("hunter2"))
    }

    @Test("finds the literal n of the seed's printf, which lacks its backslash")
    func lostBackslash() {
        let file = parse("alice:\(Self.des)nbob:\(Self.des)n")
        #expect(file.entry("alice")?.isReadable == false)
        #expect(file.problems.first?.message.contains("stands a letter n where the line should end") == true)
        #expect(file.problems.first?.hint?.contains("\\n") == true)
    }

    @Test("reports a hundred problems at most")
    func manyProblems() {
        #expect(parse(String(repeating: "x\n", count: 5_000)).problems.count == 100)
    }

    @Test("finds each of many users, by any of many names")
    func manyUsers() throws {
        let file = parse((0..<10_000).map { "user\($0):\(Self.des)\n" }.joined())
        #expect(file.count == 10_000)
        for number in stride(from: 0, to: 10_000, by: 7) {
            #expect(try #require(file.entry("user\(number)")).line == number + 1)
        }
        #expect(file.entry("user10000") == nil)
        #expect(file.entry("user") == nil)
        #expect(file.all.map { file.name(of: $0) } == (0..<10_000).map { "user\($0)" })
    }

    @Test("ignores what lies beyond the limits, and never reads a line that a limit cuts")
    func limits() throws {
        let filler = String(repeating: "#", count: PasswordFile.sizeLimit - 30) + "\n"
        let file = parse("alice:\(Self.des)\n" + filler + "bob:{PLAIN}secret-and-more\n")
        #expect(file.entry("alice")?.isReadable == true)
        #expect(file.entry("bob") == nil)
        #expect(try #require(file.problems.last).isError)

        let lines = parse(String(repeating: "\n", count: PasswordFile.lineLimit) + "bob:\(Self.des)\n")
        #expect(lines.entry("bob") == nil)
        #expect(lines.problems.count == 1)
        let exact = parse(String(repeating: "\n", count: PasswordFile.lineLimit - 1) + "bob:\(Self.des)\n")
        #expect(exact.entry("bob") != nil)
    }

    @Test("chooses a readable entry as decoy, the same one for the same number, and each for some number")
    func decoys() {
        let file = parse("a:\nb:\(Self.des)\nc:x\nd:\(Self.sha)\n")
        let lines = (UInt64(0)..<20).map { file.decoy(choosing: $0)?.line }
        #expect(Set(lines) == [2, 4])
        #expect(lines == (UInt64(0)..<20).map { file.decoy(choosing: $0)?.line })
        #expect(file.decoy(choosing: .max) != nil)
        #expect(parse("a:\nc:x\n").decoy(choosing: 1) == nil)
        #expect(parse("").decoy(choosing: 1) == nil)
    }

    @Test("reads each mutation of a file as nginx does")
    func mutations() {
        var generator = SplitMix64(seed: 4)
        let original = Array("# c\nalice:\(Self.des)\nbob:\(Self.sha):x\r\n\nal:{PLAIN}p\nalice:x".utf8)
        for _ in 0..<4_000 {
            let text = generator.mutated(original, alphabet: Array("alice:bo\n\r# \u{0}".utf8))
            let file = PasswordFile(parsing: text)
            for user in ["alice", "bob", "al", "a", "b", "ali"] {
                let entry = file.entry(user)
                let found = entry.map { file.withHashText(of: $0) { Array($0) } }
                #expect(
                    found == NginxReader.hash(of: Array(user.utf8), in: text),
                    "\(String(decoding: text, as: UTF8.self))")
                #expect(entry.map { file.hash(of: $0) != nil } == entry?.isReadable)
            }
            #expect(file.all.map(\.line) == file.all.map(\.line).sorted())
        }
    }

    private func parse(_ text: String) -> PasswordFile { PasswordFile(parsing: Array(text.utf8)) }
}

extension PasswordFile {
    func entry(_ user: String) -> Entry? { Array(user.utf8).withUnsafeBytes { entry(for: $0) } }

    func hashText(_ entry: Entry) -> String { withHashText(of: entry) { String(decoding: $0, as: UTF8.self) } }
}

/// What nginx's documented behaviour comes to, told a second time: one pass, one user, a state for each place in a line.
private enum NginxReader {
    private enum State {
        case name(matched: Int)
        case hash(start: Int)
        case rest
    }

    static func hash(of user: [UInt8], in file: [UInt8]) -> [UInt8]? {
        var state = State.name(matched: 0)
        for (index, byte) in file.enumerated() {
            switch state {
            case .name(0) where byte == UInt8(ascii: "#") || byte == UInt8(ascii: "\r"): state = .rest
            case .name(0) where byte == UInt8(ascii: "\n"): continue
            case .name(let matched) where matched == user.count:
                state =
                    byte == UInt8(ascii: ":")
                    ? .hash(start: index + 1) : byte == UInt8(ascii: "\n") ? .name(matched: 0) : .rest
            case .name(let matched):
                if byte == UInt8(ascii: "\n") {
                    state = .name(matched: 0)
                } else {
                    state = byte == user[matched] ? .name(matched: matched + 1) : .rest
                }
            case .hash(let start):
                if "\n\r:".utf8.contains(byte) { return Array(file[start..<index]) }
            case .rest:
                if byte == UInt8(ascii: "\n") { state = .name(matched: 0) }
            }
        }
        if case .hash(let start) = state { return Array(file[start...]) }
        return nil
    }
}
