import TestSupport
import Testing

@testable import Passwords

@Suite("Changes of a password file's text")
struct PasswordTextTests {
    @Test(
        "puts the hash in its place and leaves every other byte alone",
        arguments: [
            ("", "u:H\n"), ("a:1\n", "a:1\nu:H\n"), ("a:1", "a:1\nu:H\n"), ("a:1\r\n", "a:1\r\nu:H\r\n"),
            ("a:1\r\nb:2", "a:1\r\nb:2\r\nu:H\r\n"), ("u:1\n", "u:H\n"), ("u:1", "u:H"), ("u:1\r\n", "u:H\r\n"),
            ("u:1:note\n", "u:H:note\n"), ("a:1\nu:1\nb:2\n", "a:1\nu:H\nb:2\n"), ("u:1\nu:2\n", "u:H\nu:2\n"),
            ("#u:1\n", "#u:1\nu:H\n"), ("u\nu:\n", "u\nu:H\n"), ("u :1\n", "u :1\nu:H\n"),
            ("\u{feff}u:1\n", "\u{feff}u:H\n"),
            ("uu:1\n", "uu:1\nu:H\n"), ("u:1\rx\n", "u:H\rx\n"), ("\n", "\nu:H\n"),
        ])
    func sets(_ before: String, _ after: String) {
        let result = PasswordText.setting(Array("u".utf8), hash: Array("H".utf8), in: Array(before.utf8))
        #expect(String(decoding: result.text, as: UTF8.self) == after)
        #expect(result.isNew == (PasswordText.removing(Array("u".utf8), from: Array(before.utf8)).count == 0))
    }

    @Test(
        "takes all lines of a user out and leaves every other byte alone",
        arguments: [
            ("", "", 0), ("u:1\n", "", 1), ("u:1", "", 1), ("a:1\nu:1\nb:2", "a:1\nb:2", 1),
            ("u:1\na:1\nu:2\r\n", "a:1\n", 2),
            ("#u:1\nu\nu :1\n", "#u:1\nu\nu :1\n", 0), ("a:1\nu:1", "a:1\n", 1),
            ("\u{feff}u:1\na:1\n", "\u{feff}a:1\n", 1),
            ("u:1\n\u{feff}a:1\n", "\n\u{feff}a:1\n", 1),
            ("u:1\n\u{feff}a:1\nu:2\n", "\n\u{feff}a:1\n", 2),
        ])
    func removes(_ before: String, _ after: String, _ count: Int) {
        let result = PasswordText.removing(Array("u".utf8), from: Array(before.utf8))
        #expect(String(decoding: result.text, as: UTF8.self) == after)
        #expect(result.count == count)
    }

    @Test("changes one user of any file, and what it has set is what a reader finds")
    func mutations() throws {
        var generator = SplitMix64(seed: 6)
        let hash = Array("{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=".utf8)
        let original = Array("# c\nalice:abhfCpXqd4GrI\nbob:{PLAIN}x:n\r\nal:1\nalice:x".utf8)
        for _ in 0..<3_000 {
            let text = generator.mutated(original, alphabet: Array("alice:bo\n\r# ".utf8))
            let before = PasswordFile(parsing: text)
            let set = PasswordFile(parsing: PasswordText.setting(Array("alice".utf8), hash: hash, in: text).text)
            let entry = try #require(set.entry("alice"))
            #expect(set.withHashText(of: entry) { Array($0) } == hash)
            let (rest, _) = PasswordText.removing(Array("alice".utf8), from: text)
            let removed = PasswordFile(parsing: rest)
            #expect(removed.entry("alice") == nil)
            for user in ["bob", "al", "a"] {
                let found = before.entry(user).map { before.hashText($0) }
                #expect(set.entry(user).map { set.hashText($0) } == found)
                #expect(removed.entry(user).map { removed.hashText($0) } == found)
            }
        }
    }
}
