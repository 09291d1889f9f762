import Foundation
import TestSupport
import Testing

@testable import Passwords

@Suite("Basic credentials")
struct BasicCredentialsTests {
    @Test(
        "reads a name and a password (RFC 7617 §2)",
        arguments: [
            ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
            ("basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
            ("BASIC QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
            ("bAsIc   QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
            ("Basic dGVzdDoxMjPCow==", "test", "123£"),
            ("Basic YTo=", "a", ""),
            ("Basic YTpiOmM6", "a", "b:c:"),
            ("Basic YTo6", "a", ":"),
        ])
    func reads(_ value: String, _ user: String, _ password: String) {
        var credentials = BasicCredentials()
        let isTaken = credentials.read(value)
        #expect(isTaken)
        #expect(credentials.userText == user)
        #expect(credentials.passwordText == password)
        credentials.wipe()
        let rest = credentials.userText + credentials.passwordText
        #expect(rest.isEmpty)
    }

    @Test(
        "refuses everything else",
        arguments: [
            "", "Basic", "Basic ", "Basic  ", "BasicYTpi", "Basic\tYTpi", " Basic YTpi", "Basi YTpi", "Basics YTpi",
            "Bearer YTpi",
            "Basic YTpi ", "Basic YTpi,", "Basic YTpi YTpi", "Basic YTpi=", "Basic YTp", "Basic YWI=", "Basic OmI=",
            "Basic Og==",
            "Basic YTpiAA==", "Basic YQA6Yg==", "Basic YTpiCg==", "Basic YTpiDQo=", "Basic YQk6Yg==", "Basic YTp/",
            "Basic YTpi\0",
            "Basic YTo*", "Digest username=\"a\"", "\u{0}asic YTpi", "BASI\u{3} YTpi",
        ])
    func refuses(_ value: String) {
        var credentials = BasicCredentials()
        let taken = [credentials.read("Basic YTpi"), credentials.read(value)]
        #expect(taken == [true, false])
        #expect(credentials.userText.isEmpty)
        #expect(credentials.passwordText.isEmpty)
    }

    @Test("reads values of any length, one after another")
    func lengths() {
        var credentials = BasicCredentials()
        for count in [1, 10, 190, 191, 192, 255, 256, 257, 5_000, 3, 6_000] {
            let password = String(repeating: "p", count: count)
            let isTaken = credentials.read("Basic " + Data("u:\(password)".utf8).base64EncodedString())
            #expect(isTaken)
            #expect(credentials.passwordText == password)
        }
    }

    @Test("takes no mutation for anything but what its base64 says")
    func mutations() {
        var generator = SplitMix64(seed: 5)
        var credentials = BasicCredentials()
        var taken = 0
        for _ in 0..<5_000 {
            let value = generator.mutated(
                Array("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".utf8), alphabet: Array("Aa0=+/: ".utf8))
            guard value.withUnsafeBytes({ credentials.read($0) }) else { continue }
            taken += 1
            let token = String(decoding: value.dropFirst(5), as: UTF8.self).drop { $0 == " " }
            let plain = credentials.user + [UInt8(ascii: ":")] + credentials.password
            #expect(Data(plain).base64EncodedString() == token)
            #expect(!credentials.userText.isEmpty)
            #expect(!plain.contains { $0 < 0x20 || $0 == 0x7f })
        }
        #expect(taken > 50)
    }
}

extension BasicCredentials {
    mutating func read(_ value: String) -> Bool { Array(value.utf8).withUnsafeBytes { read($0) } }

    var userText: String { String(decoding: user, as: UTF8.self) }

    var passwordText: String { String(decoding: password, as: UTF8.self) }
}
