import Testing

@testable import Passwords

/// A hash that another program made, and the password that it was given.
struct ForeignHash: Sendable, CustomTestStringConvertible {
    let text: String
    let password: String
    let scheme: PasswordScheme
    let cost: Int?

    init(_ text: String, _ password: String, _ scheme: PasswordScheme, _ cost: Int? = nil) {
        self.text = text
        self.password = password
        self.scheme = scheme
        self.cost = cost
    }

    var testDescription: String { text }
}

@Suite("Password hashes")
struct PasswordHashTests {
    /// Made by htpasswd of Apache httpd 2.4.
    static let htpasswd = [
        ForeignHash("$2y$04$YxnI9tjc6U/GpaNMJdSfsObATp7lBJc4gd90bemYvVcx8WNLon4oS", "correct horse", .bcrypt, 4),
        ForeignHash("$2y$04$6//HinzQYZ6fZlGUBiJLceBMYoSgEun8Gaf7pgdRjlGzOuX9oEEbe", "pässwörd", .bcrypt, 4),
        ForeignHash("$2y$05$jFqKI1L7Tsou/rP02kA9J.lIwMVH.zF8QIXcuZZ1w8HPFxYSdMjXK", "hunter2", .bcrypt, 5),
        ForeignHash("$apr1$uzmzS5LN$fErjDDWWIgr1Bj/dp2KKE/", "correct horse", .apr1),
        ForeignHash("$apr1$0jhDf8/l$8dOV0d0z8loenHHIAx2cl1", "x", .apr1),
        ForeignHash("$apr1$ToNlXzPi$kaUM0bb8ZA85brceFUaMV1", "", .apr1),
        ForeignHash(
            "$apr1$jKFauODl$mjUHvjuOgjZ4zdhyRfS99.",
            "a password that is much longer than sixteen bytes, and so takes several rounds", .apr1),
        ForeignHash("{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=", "correct horse", .sha),
        ForeignHash("PQp5yisE/wANg", "correct", .des),
    ]

    /// Made by `openssl passwd` of OpenSSL 3.0.
    static let openssl = [
        ForeignHash("$apr1$$jYtXyIcDHukcQfHjblNhq/", "x", .apr1),
        ForeignHash("$apr1$a$CwOs8ZUV1Vmp.iAwImfTn1", "x", .apr1),
        ForeignHash("$apr1$12345678$DvW2dtLO13KlDSRAQu7w8.", "correct horse", .apr1),
        ForeignHash("$1$12345678$pi.G6emtL4uL66v2z.IvR1", "correct horse", .md5),
        ForeignHash("$5$saltstring$vc6YOOogU4kWVvwga8e9zTFgKcy4tb5LaPxIiPJzqEC", "correct horse", .sha256, 5_000),
        ForeignHash(
            "$6$saltstring$.r0X7ub5wGR2v4Xz7svCIozfnlorFh19V89t8KC9Umd81uGhFgsyTRNyzQDXDIm17fFcR9z3z7oBNdsyYBbtm/",
            "correct horse", .sha512, 5_000),
    ]

    /// Made by Python's crypt and hashlib modules.
    static let python = [
        ForeignHash("$2a$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "correct horse", .bcrypt, 4),
        ForeignHash("$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "correct horse", .bcrypt, 4),
        ForeignHash(
            "$6$rounds=1000$saltstring$YiR6NSM0LQXmu7vAhkMXfkdYk7qtFouVx1Mdr3HmzXspT8kONjlpU3CsV7ezCB62uXJoAdaagsH4ck"
                + "7/tB9js.", "correct horse", .sha512, 1_000),
        ForeignHash(
            "$5$rounds=2000$saltstring$5Jm.h69KcY3fwMRMDAl4nQEUgGCOAjLPwKGTGaww3l8", "correct horse", .sha256, 2_000),
        ForeignHash("$5$$SCAp760RlvU0CgD9TQAY9wchWGPvPJ8P8S7gF/3F/S0", "correct horse", .sha256, 5_000),
        ForeignHash("$1$$IfI/mw4YSCwcQoW.D.DSu1", "correct horse", .md5),
        ForeignHash(
            "$y$j75$saltsaltsaltsalt$IdM6tV9hsIYZkwcNItyWCsVO1t/QVCQfi.yVSuLjuZ5", "correct horse", .yescrypt, 1),
        ForeignHash("$y$j7T$saltsalt$nFjV79qWUsNAUDiLt99Y7LsuQptob61OdQqFwx1DoW6", "correct horse", .yescrypt, 3),
        ForeignHash("{SSHA}LhKrkM9Fy+zlstjdD7Kv2s6QvhBzYWx0", "correct horse", .ssha),
        ForeignHash("{SSHA}J1/8cWVgczTunyJ5hA+/nqlHwrswMTIzNDU2Nzg5YWJjZGVm", "correct horse", .ssha),
        ForeignHash("{SSHA}L55TUjtiq8FBorTWAZ0jy6g129A=", "correct horse", .ssha),
        ForeignHash("abhfCpXqd4GrI", "correct horse", .des),
        ForeignHash("{PLAIN}correct horse", "correct horse", .plain),
        ForeignHash("{PLAIN}", "", .plain),
    ]

    static let foreign = htpasswd + openssl + python

    @Test("accepts the password that another program hashed, and names scheme and cost", arguments: foreign)
    func acceptsForeign(_ foreign: ForeignHash) throws {
        let hash = try PasswordHash(Array(foreign.text.utf8))
        #expect(hash.scheme == foreign.scheme)
        #expect(hash.cost == foreign.cost)
        #expect(try hash.verify(foreign.password))
    }

    @Test("refuses every other password", arguments: foreign)
    func refusesOthers(_ foreign: ForeignHash) throws {
        let hash = try PasswordHash(Array(foreign.text.utf8))
        for other in ["x" + foreign.password, foreign.password.uppercased() + "1", "wrong", foreign.password + "\0"] {
            #expect(try !hash.verify(other), "\(other)")
        }
        #expect(try foreign.password.isEmpty || !hash.verify(""))
    }

    @Test("never accepts a password for a decoy", arguments: foreign)
    func decoyRefuses(_ foreign: ForeignHash) throws {
        let hash = try PasswordHash(Array(foreign.text.utf8))
        #expect(hash.decoy.scheme == hash.scheme)
        #expect(hash.decoy.cost == hash.cost)
        #expect(try !hash.decoy.verify(foreign.password))
        #expect(hash.decoy != hash)
    }

    @Test("lets only the first eight characters of a DES password count, and 72 bytes of one with bcrypt")
    func significantBytes() throws {
        let des = try PasswordHash(Array("abhfCpXqd4GrI".utf8))
        #expect(try des.verify("correct "))
        #expect(try des.verify("correct something else"))
        #expect(try !des.verify("correct"))
        let bcrypt = try PasswordHash(Array("$2y$04$abcdefghijklmnopqrstuuUJf9qAIqFFWObw4K4AvdtuO.PaE5J/W".utf8))
        #expect(try bcrypt.verify(String(repeating: "b", count: 80)))
        #expect(try bcrypt.verify(String(repeating: "b", count: 72)))
        #expect(try !bcrypt.verify(String(repeating: "b", count: 71)))
    }

    @Test("refuses a password of more than 511 bytes with every scheme", arguments: foreign)
    func refusesLong(_ foreign: ForeignHash) throws {
        let hash = try PasswordHash(Array(foreign.text.utf8))
        #expect(try !hash.verify(String(repeating: "a", count: 512)))
        #expect(try !hash.verify(String(repeating: "a", count: 511)))
    }

    @Test("reads and accepts what it made itself", arguments: PasswordScheme.allCases.filter { $0 != .plain })
    func makes(_ scheme: PasswordScheme) throws {
        let password = "tr0ub4dor & 3: ü"
        let cost = scheme.costs?.lowerBound
        let text = try make(password, scheme, cost: cost)
        let hash = try PasswordHash(Array(text.utf8))
        #expect(hash.scheme == scheme)
        #expect(hash.cost == cost)
        #expect(try hash.verify(password))
        #expect(try !hash.verify("Tr0ub4dor & 3: ü"))
        #expect(try scheme == .sha || make(password, scheme, cost: cost) != text, "each hash has a salt of its own")
    }

    @Test("makes bcrypt of cost 10 in the form that nginx, Apache httpd and the registry read")
    func defaults() throws {
        let text = try Array("secret".utf8).withUnsafeBytes { try PasswordHash.make(password: $0) }
        #expect(text.hasPrefix("$2y$10$"))
        #expect(text.utf8.count == 60)
    }

    @Test("has a cost at both ends of each range that it offers and none beyond")
    func costs() throws {
        for scheme in PasswordScheme.allCases {
            guard let costs = scheme.costs else {
                let expected: PasswordError =
                    scheme == .plain ? .costNotAllowed(.plain, allowed: nil) : .costNotAllowed(scheme, allowed: nil)
                #expect(throws: expected) { try make("secret", scheme, cost: 5) }
                continue
            }
            for cost in [costs.lowerBound - 1, costs.upperBound + 1, -1, Int.max] {
                #expect(throws: PasswordError.costNotAllowed(scheme, allowed: costs)) {
                    try make("secret", scheme, cost: cost)
                }
            }
        }
        #expect(throws: PasswordError.schemeNotOffered(.plain)) { try make("secret", .plain, cost: nil) }
    }

    @Test(
        "makes no hash of a password that no client can send",
        arguments: ["", "a\tb", "a\nb", "a\u{7f}", "\0", String(repeating: "a", count: 512)])
    func refusesToMake(_ password: String) throws {
        #expect(throws: PasswordError.self) { try make(password, .bcrypt, cost: 4) }
    }

    private func make(_ password: String, _ scheme: PasswordScheme, cost: Int?) throws -> String {
        try Array(password.utf8).withUnsafeBytes { try PasswordHash.make(password: $0, scheme: scheme, cost: cost) }
    }
}

extension PasswordHash {
    func verify(_ password: String) throws -> Bool { try Array(password.utf8).withUnsafeBytes { try verify($0) } }
}
