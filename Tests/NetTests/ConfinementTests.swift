import Glibc
import Net
import Synchronization
import Testing

/// Walls belong to a thread and to those that it starts, so that each is tried on a thread of its own, which ends with the test.
@Suite("What a thread gives up")
struct ConfinementTests {
    private func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) throws -> Value {
        let outcome = Mutex<Value?>(nil)
        let box = Box(outcome: outcome)
        Net.Thread.start(name: "confined") { box.outcome.withLock { $0 = body() } }.join()
        return try #require(box.outcome.withLock { $0 })
    }

    private final class Box<Value: Sendable>: Sendable {
        let outcome: Mutex<Value?>

        init(outcome: consuming Mutex<Value?>) { self.outcome = outcome }
    }

    /// The error number of a call that fails, 0 for one that succeeds.
    private static func code(_ result: Int) -> Int32 { result < 0 ? errno : 0 }

    @Test("refuses calls that no server needs, and no others")
    func calls() throws {
        let codes = try onOwnThread { () -> [String: Int32] in
            guard (try? Confinement.forbidNewPrivileges()) != nil,
                (try? Confinement.filterCalls(allowsUnixSockets: false)) != nil
            else { return [:] }
            var codes: [String: Int32] = [:]
            codes["execve"] = Self.code(Int(execv("/bin/true", [nil])))
            codes["chroot"] = Self.code(Int(chroot("/")))
            codes["mknod"] = Self.code(Int(mknod("/tmp/portico-confined", S_IFREG | 0o600, 0)))
            let unix = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            codes["unix"] = Self.code(Int(unix))
            let internet = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            codes["internet"] = Self.code(Int(internet))
            close(internet)
            var pair: [Int32] = [-1, -1]
            codes["pair"] = Self.code(Int(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)))
            pair.forEach { close($0) }
            codes["open"] = Self.code(Int(open("/dev/null", O_RDONLY | O_CLOEXEC)))
            // A confined process goes on starting threads.
            Net.Thread.start(name: "second") {}.join()
            return codes
        }
        for call in ["execve", "chroot", "mknod", "unix"] {
            #expect(codes[call] == EPERM, "\(call)")
        }
        for call in ["internet", "pair", "open"] { #expect(codes[call] == 0, "\(call)") }
    }

    @Test("leaves Unix sockets to who needs them")
    func unixSockets() throws {
        let code = try onOwnThread { () -> Int32 in
            try? Confinement.forbidNewPrivileges()
            try? Confinement.filterCalls(allowsUnixSockets: true)
            let unix = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(unix) }
            return execv("/bin/true", [nil]) == -1 && errno == EPERM ? Self.code(Int(unix)) : -1
        }
        #expect(code == 0)
    }

    @Test(
        "opens only what lies beneath the folders that it may read and write",
        .enabled(if: Landlock.version != nil, "this kernel has no Landlock"))
    func files() throws {
        var template = Array("/tmp/portico-confined-XXXXXX".utf8CString)
        let root = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { _ = system("rm -r '\(root)'") }
        for folder in ["readable", "writable", "other"] {
            #expect(mkdir("\(root)/\(folder)", 0o755) == 0)
            close(open("\(root)/\(folder)/file", O_CREAT | O_WRONLY, 0o644))
        }
        symlink("../other/file", "\(root)/readable/link")
        let codes = try onOwnThread { () -> [String: Int32] in
            let opened = { (path: String, flags: Int32) -> Int32 in
                let raw = open("\(root)/\(path)", flags | O_CLOEXEC, 0o644)
                defer { if raw >= 0 { close(raw) } }
                return Self.code(Int(raw))
            }
            let early = open("\(root)/other/file", O_RDONLY | O_CLOEXEC)
            guard (try? Confinement.forbidNewPrivileges()) != nil,
                (try? Landlock.confine(
                    reading: ["\(root)/readable", "\(root)/nowhere"], writing: ["\(root)/writable"])) != nil
            else { return [:] }
            var byte: UInt8 = 0
            let codes = [
                "read": opened("readable/file", O_RDONLY), "write": opened("writable/file", O_WRONLY),
                "make": opened("writable/new", O_WRONLY | O_CREAT), "read other": opened("other/file", O_RDONLY),
                "write readable": opened("readable/file", O_WRONLY), "read writable": opened("writable/file", O_RDONLY),
                "make other": opened("other/new", O_WRONLY | O_CREAT), "link": opened("readable/link", O_RDONLY),
                "early": Self.code(read(early, &byte, 1)),
                "execute": {
                    _ = execv("/bin/true", [nil])
                    return errno
                }(),
            ]
            close(early)
            return codes
        }
        for what in ["read", "write", "make", "early"] { #expect(codes[what] == 0, "\(what)") }
        for what in ["read other", "write readable", "read writable", "make other", "link", "execute"] {
            #expect(codes[what] == EACCES, "\(what)")
        }
    }

    @Test("knows users by name and number, and nobody else")
    func users() {
        #expect(ProcessUser("root").map { [$0.user, $0.group] } == [0, 0])
        #expect(ProcessUser("0:1").map { [$0.user, $0.group] } == [0, 1])
        #expect(ProcessUser("root:nogroup")?.group == 65_534)
        #expect(ProcessUser("4000000:12").map { [$0.user, $0.group] } == [4_000_000, 12])
        for text in ["", ":", ":root", "no-such-user", "root:", "root:no-such-group", "4000000", "-1:0", "root:0:0"] {
            #expect(ProcessUser(text) == nil, "\(text)")
        }
    }
}
