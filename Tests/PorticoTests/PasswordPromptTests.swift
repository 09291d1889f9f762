import Foundation
import Testing

@testable import Passwords

@Suite("The prompt for a password", .timeLimit(.minutes(10)))
struct PasswordPromptTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    @Test("asks twice, shows nothing of what is typed, and leaves the terminal as it was")
    func sets() throws {
        let session = try session("set")
        #expect(session.wait(for: "Password for alice: "))
        #expect(!session.echoes)
        session.type("s3cret-wörd\r")
        #expect(session.wait(for: "The same again: "))
        session.type("s3cret-wörX\u{7f}d\n")
        #expect(session.wait(for: "Added alice to "))
        #expect(session.end() == 0)
        #expect(session.echoes)
        #expect(!session.shown.contains("s3cret"))

        let file = PasswordFile(parsing: Array(folder.text(of: "h.test").utf8))
        let entry = try #require(file.all.first)
        let hash = try #require(file.hash(of: entry))
        #expect(try Array("s3cret-wörd".utf8).withUnsafeBytes { try hash.verify($0) })
    }

    @Test("changes nothing when the two differ")
    func differing() throws {
        let session = try session("set")
        #expect(session.wait(for: "Password for alice: "))
        session.type("one\n")
        #expect(session.wait(for: "The same again: "))
        session.type("two\n")
        #expect(session.wait(for: "the two passwords differ"))
        #expect(exitStatus(session.end()) == 1)
        #expect(folder.text(of: "h.test").isEmpty)
    }

    @Test("asks no second time for a password that cannot be used")
    func unusable() throws {
        let session = try session("set")
        #expect(session.wait(for: "Password for alice: "))
        session.type("\n")
        #expect(session.wait(for: "the password is empty"))
        #expect(exitStatus(session.end()) == 1)
        #expect(!session.shown.contains("again"))
    }

    @Test("can be left with Ctrl-C", arguments: ["\u{3}", "half\u{3}", "\u{4}"])
    func cancelled(_ typed: String) throws {
        let session = try session("set")
        #expect(session.wait(for: "Password for alice: "))
        session.type(typed)
        #expect(exitStatus(session.end()) == 130)
        #expect(session.echoes)
        #expect(folder.text(of: "h.test").isEmpty)
    }

    @Test("gives the terminal back before a signal ends the command", arguments: [SIGTERM, SIGINT, SIGHUP])
    func signalled(_ signal: Int32) throws {
        let session = try session("set")
        #expect(session.wait(for: "Password for alice: "))
        session.send(signal)
        #expect(session.end() & 0x7f == signal)
        #expect(session.echoes)
    }

    @Test("asks once to verify, and the status tells what came of it")
    func verifies() throws {
        let line = "alice:{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=\n"
        try Data(line.utf8).write(to: URL(filePath: "\(folder.path)/h.test"))
        for (password, status) in [("correct horse", Int32(0)), ("wrong", 1)] {
            let session = try session("verify")
            #expect(session.wait(for: "Password for alice: "))
            session.type(password + "\n")
            #expect(exitStatus(session.end()) == status)
        }
    }

    private func session(_ verb: String) throws -> TerminalSession {
        let options = verb == "set" ? ["--cost", "4"] : []
        return try TerminalSession(["passwd", verb, "h.test", "alice", "--passwords", folder.path] + options)
    }

    private func exitStatus(_ status: Int32) -> Int32? { status & 0x7f == 0 ? status >> 8 & 0xff : nil }
}
