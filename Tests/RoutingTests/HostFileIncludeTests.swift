import Bytes
import Testing

@testable import Routing

@Suite("Included files")
struct HostFileIncludeTests {
    private func compile(_ text: String, _ files: MemoryFiles) -> HostFileCompiler.Outcome {
        HostFileCompiler.compile(.bytes(Array(text.utf8)), path: "/etc/nginx/vhost.d/h", files: files)
    }

    @Test("stand in the place of their include line, paths beginning at the folder that holds vhost.d")
    func place() throws {
        let files = MemoryFiles([
            "snippets/size.conf": "client_max_body_size 5m;", "snippets/time.conf": "include /run/x;",
            "/run/x": "proxy_read_timeout 5;",
        ])
        let outcome = compile("include snippets/size.conf; include snippets/t*.conf; include none/*.conf;", files)
        let settings = try #require(outcome.file?.settings)
        #expect(settings.maxBodySize == 5 << 20)
        #expect(settings.readTimeout == .seconds(5))
    }

    @Test("count for duplicates, and are named in what is said of them")
    func faults() {
        let files = MemoryFiles(["a": "client_max_body_size 5m;\n", "b": "\n oops;"])
        #expect(
            compile("client_max_body_size 1m; include a;", files).diagnostics.first?.description.hasPrefix(
                "/etc/nginx/a:1:1: error: client_max_body_size stands here for the second time") == true)
        #expect(
            compile("include b;", files).diagnostics.first?.description
                == "/etc/nginx/b:2:2: error: unknown directive \"oops\"")
    }

    @Test("may be part of a group")
    func insideGroup() {
        let files = MemoryFiles(["servers": "server 10.0.0.1; server 10.0.0.2;"])
        #expect(compile("upstream x { include servers; } proxy_pass http://x;", files).file?.servers.count == 2)
    }

    @Test("must be there, be readable and not include themselves")
    func bounds() {
        var files = MemoryFiles(["a": "include b;", "b": "include a;"])
        files["locked"] = .unreadable("permission denied")
        #expect(compile("include a;", files).diagnostics.first?.message == "\"/etc/nginx/a\" includes itself")
        let missing = compile("include nope;", files)
        #expect(missing.diagnostics.first?.message == "there is no file \"/etc/nginx/nope\"")
        #expect(missing.mayHoldAccessRules)
        let locked = compile("include locked;", files)
        #expect(locked.diagnostics.first?.message == "\"/etc/nginx/locked\" cannot be read: permission denied")
        #expect(locked.mayHoldAccessRules)
    }

    @Test("are bounded in depth, number and size")
    func amounts() {
        var chain = MemoryFiles()
        for number in 0..<20 { chain["c\(number)"] = .bytes(Array("include c\(number + 1);".utf8)) }
        #expect(compile("include c0;", chain).file == nil)
        let tree = MemoryFiles(["leaf": "", "many": String(repeating: "include leaf;", count: 20_000)])
        #expect(compile("include many;", tree).file == nil)
        let big = MemoryFiles(["big": String(repeating: "# \n", count: 300_000)])
        #expect(compile("include big; include big; include big;", big).file == nil)
    }

    @Test("make their host's file suspect when they hold rules of access and something is wrong")
    func suspicion() {
        let files = MemoryFiles(["rules": "deny all;", "plain": "send_timeout 5;"])
        #expect(compile("include rules; oops;", files).mayHoldAccessRules)
        #expect(!compile("include plain; oops;", files).mayHoldAccessRules)
        #expect(!compile("include rules;", files).mayHoldAccessRules)
    }
}
