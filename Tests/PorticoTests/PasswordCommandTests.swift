import Foundation
import Testing

@testable import Passwords

@Suite("portico passwd", .timeLimit(.minutes(10)))
struct PasswordCommandTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    @Test("sets, verifies, lists and removes users")
    func lifeOfUsers() throws {
        let added = try run("set", "h.test", "alice", "--password-stdin", "--cost", "4", input: "correct horse\n")
        #expect(added.status == 0)
        #expect(added.output.isEmpty)
        #expect(added.errors == "Added alice to \(folder.path)/h.test.\n")
        #expect(folder.text(of: "h.test").hasPrefix("alice:$2y$04$"))

        #expect(try run("verify", "h.test", "alice", "--password-stdin", input: "correct horse").status == 0)
        #expect(try run("verify", "h.test", "alice", "--password-stdin", input: "correct horse\r\n").status == 0)
        #expect(try run("verify", "h.test", "alice", "--password-stdin", input: "wrong").status == 1)
        #expect(try run("verify", "h.test", "bob", "--password-stdin", input: "wrong").status == 1)
        #expect(try run("verify", "none.test", "bob", "--password-stdin", input: "wrong").status == 2)

        #expect(try run("set", "h.test", "bob", "--password-stdin", "--algorithm", "apr1", input: "x").status == 0)
        #expect(try run("list", "h.test").output == "alice\tbcrypt, cost 4\nbob\tapr1, weak\n")
        #expect(try run("remove", "h.test", "alice").status == 0)
        #expect(try run("remove", "h.test", "alice").status == 1)
        #expect(try run("list", "h.test").output == "bob\tapr1, weak\n")
    }

    @Test("makes a password that works, and prints nothing else on standard output")
    func generates() throws {
        let result = try run("set", "h.test", "ci", "--generate", "--cost", "4")
        #expect(result.status == 0)
        let password = result.output.trimmingCharacters(in: .newlines)
        #expect(password.count == 26)
        #expect(!result.errors.contains(password))
        #expect(!folder.text(of: "h.test").contains(password))
        #expect(try run("verify", "h.test", "ci", "--password-stdin", input: result.output).status == 0)
        #expect(try run("set", "h.test", "ci", "--generate", "--cost", "4").output != result.output)
    }

    @Test("warns where the end of a password does not count, and where a hash is weak")
    func warnings() throws {
        let des = try run("set", "h", "a", "--password-stdin", "--algorithm", "des", input: "123456789")
        #expect(des.status == 0)
        #expect(des.errors.contains("the last 1 of this one do not count"))
        #expect(des.errors.contains("quickly guessed"))
        let exact = try run("set", "h", "a", "--password-stdin", "--algorithm", "des", input: "12345678")
        #expect(!exact.errors.contains("count"))
        let long = String(repeating: "a", count: 73)
        let bcrypt = try run("set", "h", "a", "--password-stdin", "--cost", "4", input: long)
        #expect(bcrypt.errors.contains("the first 72 bytes"))
        #expect(
            try !run("set", "h", "a", "--password-stdin", "--algorithm", "sha512", input: long).errors.contains(
                "Warning"))
    }

    @Test(
        "refuses, with 64, what no command line should say, and touches no file",
        arguments: [
            ["set", "../x", "alice", "--generate"], ["set", "h", "a:b", "--generate"], ["set", "h", "", "--generate"],
            ["set", "h", "a", "--generate", "--password-stdin"], ["set", "h", "a", "--generate", "--cost", "15"],
            ["set", "h", "a", "--generate", "--algorithm", "plain"],
            ["set", "h", "a", "--generate", "--algorithm", "x"],
            ["set", "h", "a", "--generate", "--algorithm", "apr1", "--cost", "5"], ["set", "h"], ["list"],
            ["list", "/etc/passwd"],
            ["remove", "h:443", "a"], ["verify", "..", "a"],
        ])
    func usage(_ arguments: [String]) throws {
        let result = try run(arguments)
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("Error: "))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("says what to do when it cannot do its work")
    func failures() throws {
        let noTerminal = try run("set", "h", "a")
        #expect(noTerminal.status == 1)
        #expect(noTerminal.errors.contains("--password-stdin"))
        for input in [
            "", "\n", "a\nb\n", "a\tb", String(repeating: "a", count: 512), String(repeating: "a", count: 10_000),
        ] {
            #expect(try run("set", "h", "a", "--password-stdin", input: input).status == 1)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        #expect(try run("list", "h").errors.contains("portico passwd set"))
        let noFolder = try PorticoProcess.run(["passwd", "set", "h", "a", "--generate", "--passwords", "/no/folder"])
        #expect(noFolder.status == 1)
        #expect(noFolder.errors.contains("mkdir -p /no/folder"))
    }

    @Test("makes the folder passwords where it is run, when there is none and none is named")
    func defaultFolder() throws {
        try #require(!FileManager.default.fileExists(atPath: "/etc/nginx/passwords"))
        let result = try PorticoProcess.run(["passwd", "set", "h", "a", "--generate", "--cost", "4"], in: folder.path)
        #expect(result.status == 0)
        #expect(folder.text(of: "passwords/h").hasPrefix("a:$2y$04$"))
    }

    @Test("reports lines that keep somebody out when it lists, and cannot verify them")
    func brokenLines() throws {
        try Data("alice:hunter2\nalice:x\n".utf8).write(to: URL(filePath: "\(folder.path)/h"))
        let listed = try run("list", "h")
        #expect(listed.output == "alice\tunreadable\n")
        #expect(listed.errors.contains("h:1: alice is kept out"))
        #expect(!listed.errors.contains("hunter2"))
        let verified = try run("verify", "h", "alice", "--password-stdin", input: "hunter2")
        #expect(verified.status == 2)
        #expect(verified.errors.contains("h:1:"))
    }

    private func run(_ arguments: String..., input: String = "") throws -> CommandResult {
        try run(arguments, input: input)
    }

    private func run(_ arguments: [String], input: String = "") throws -> CommandResult {
        try PorticoProcess.run(["passwd"] + arguments + ["--passwords", folder.path], input: input)
    }
}
