import TestSupport
import Testing

@testable import Passwords

@Suite("Forms of hashes")
struct HashSyntaxTests {
    private static let bcryptRest = String(repeating: "a", count: 53)
    private static let digest43 = String(repeating: "a", count: 43)
    private static let digest86 = String(repeating: "a", count: 86)
    private static let digest22 = String(repeating: "a", count: 22)

    @Test(
        "refuses what is no hash, and says why",
        arguments: [
            ("", "the hash is empty"),
            ("secret", "a password itself never belongs here"),
            ("correct horse battery", "a password itself never belongs here"),
            ("abhfCpXqd4Gr", "a password itself never belongs here"),
            ("abhfCpXqd4GrIx", "those have 13 characters"),
            ("abhfCpXqd4GrIbob:abhfCpXqd4GrI", "those have 13 characters"),
            ("abhfCpXqd4GrIn", "was it meant as \\n"),
            ("abhfCpXqd4Gr!", "a password itself never belongs here"),
            ("*", "a password itself never belongs here"),
            ("$", "stands for no scheme"),
            ("$$", "stands for no scheme"),
            ("$2x$10$\(bcryptRest)", "stands for no scheme"),
            ("$7$abc", "stands for no scheme"),
            ("$argon2id$v=19$m=65536", "stands for no scheme"),
            ("{MD5}abc", "stands for no scheme"),
            ("{sha}L55TUjtiq8FBorTWAZ0jy6g129A=", "stands for no scheme"),
            ("{", "stands for no scheme"),
            (String(repeating: "a", count: 1_025), "too long"),
        ])
    func refuses(_ text: String, _ reason: String) { expectRefusal(text, reason) }

    @Test(
        "refuses damaged hashes of each scheme",
        arguments: [
            "$2y$10$\(bcryptRest)a", "$2y$10$\(bcryptRest.dropLast())", "$2y$1$\(bcryptRest)", "$2y$100$\(bcryptRest)",
            "$2y$03$\(bcryptRest)", "$2y$32$\(bcryptRest)", "$2y$1x$\(bcryptRest)", "$2y$10$\(bcryptRest.dropLast())!",
            "$2y$10$\(bcryptRest)$", "$2y$10", "$2y", "$2y$10$\(bcryptRest.dropLast()) ",
            "$1$salt$\(digest22)a", "$1$salt$\(digest22.dropLast())", "$1$saltsalt9$\(digest22)",
            "$1$sa lt$\(digest22)",
            "$1$\(digest22)", "$1$salt", "$apr1$salt$\(digest22) ", "$apr1$saltsalt9$\(digest22)",
            "$apr1$sa*t$\(digest22)",
            "$5$salt$\(digest43)a", "$5$12345678901234567$\(digest43)", "$5$rounds=5000$\(digest43)$",
            "$5$rounds=$salt$\(digest43)", "$5$rounds=0999$salt$\(digest43)", "$5$rounds=05000$salt$\(digest43)",
            "$5$rounds=999$salt$\(digest43)", "$5$round=5000$salt$\(digest43)", "$5$rounds=5e3$salt$\(digest43)",
            "$5$rounds=99999999999$salt$\(digest43)", "$5$rounds=5000$salt$x$\(digest43)",
            "$6$salt$\(digest43)", "$6$salt$\(digest86)=", "$6$", "$6$salt",
            "$y$j9T$salt$\(digest43)a", "$y$j9T$\(digest43)", "$y$j9$salt$\(digest43)", "$y$k9T$salt$\(digest43)",
            "$y$j9T5$salt$\(digest43)", "$y$j9T$$\(digest43)", "$y$j9U$salt$\(digest43)", "$y$j/5$salt$\(digest43)",
            "{SHA}", "{SHA}L55TUjtiq8FBorTWAZ0jy6g129A", "{SHA}L55TUjtiq8FBorTWAZ0jy6g129AA",
            "{SHA}L55TUjtiq8FBorTWAZ0jy6g1",
            "{SHA}LhKrkM9Fy+zlstjdD7Kv2s6QvhBzYWx0", "{SSHA}", "{SSHA}L55TUjtiq8FBorTWAZ0jy6g1",
            "{SSHA}L55TUjtiq8FBo TWAZ0jy6g129A=",
        ])
    func refusesDamaged(_ text: String) { expectRefusal(text, "") }

    @Test(
        "refuses a hash that would make each login too expensive",
        arguments: [
            "$2y$15$\(bcryptRest)", "$2b$31$\(bcryptRest)", "$5$rounds=1000001$s$\(digest43)",
            "$6$rounds=999999999$s$\(digest86)", "$y$jCT$salt$\(digest43)", "$y$jFT$salt$\(digest43)",
        ])
    func refusesExpensive(_ text: String) { expectRefusal(text, "too expensive") }

    @Test("takes the highest costs that it promises")
    func highestCosts() throws {
        #expect(try PasswordHash(Array("$2y$14$\(Self.bcryptRest)".utf8)).cost == 14)
        #expect(try PasswordHash(Array("$6$rounds=1000000$s$\(Self.digest86)".utf8)).cost == 1_000_000)
        #expect(try PasswordHash(Array("$y$jBT$salt$\(Self.digest43)".utf8)).cost == 7)
    }

    @Test("never tells any part of the text that it refuses")
    func keepsSecrets() {
        for secret in ["hunter2", "$x$hunter2", "{X}hunter2", "abcdefghijkl hunter2", "$2y$10$hunter2", "{SHA}hunter2"]
        {
            do throws(PasswordError) {
                _ = try PasswordHash(Array(secret.utf8))
                Issue.record("took \(secret)")
            } catch {
                #expect(!"\(error)".contains("hunter2"))
            }
        }
    }

    @Test("takes a damaged hash only in a form that can be checked, and never accepts the password with it")
    func mutations() throws {
        var generator = SplitMix64(seed: 3)
        let cheap = PasswordHashTests.foreign.filter { [.des, .md5, .apr1, .sha, .ssha].contains($0.scheme) }
        for foreign in cheap {
            for _ in 0..<300 {
                let text = generator.mutated(Array(foreign.text.utf8), alphabet: Array("$./aZ09={}".utf8))
                // Without a salt, {SSHA} and {SHA} say the same.
                guard !Self.isSame(text, as: foreign), let hash = try? PasswordHash(text), hash.scheme != .plain else {
                    continue
                }
                #expect(try !hash.verify(foreign.password), "\(String(decoding: text, as: UTF8.self))")
            }
        }
    }

    private static func isSame(_ text: [UInt8], as foreign: ForeignHash) -> Bool {
        String(decoding: text, as: UTF8.self).replacing("{SSHA}", with: "{SHA}")
            == foreign.text.replacing("{SSHA}", with: "{SHA}")
    }

    private func expectRefusal(_ text: String, _ reason: String) {
        do throws(PasswordError) {
            _ = try PasswordHash(Array(text.utf8))
            Issue.record("took \(text)")
        } catch {
            #expect(error == .unreadableHash(error.description))
            #expect(error.description.contains(reason) || reason.isEmpty)
        }
    }
}
