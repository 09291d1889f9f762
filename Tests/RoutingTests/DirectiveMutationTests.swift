import Bytes
import Testing

@testable import Routing

@Suite("Directive files with random damage")
struct DirectiveMutationTests {
    private static let seed = Array(
        """
        # A file with a bit of everything.
        client_max_body_size 100m; auth_basic "Restricted $host";\r
        auth_basic_user_file /etc/nginx/passwords/x; add_header X-A 'b "c"' always;
        proxy_set_header X-B "${http_x}y"; allow 10.0.0.0/8; deny all; satisfy any;
        upstream p { server 10.0.0.1:80 weight=2; server [::1]; }
        proxy_pass http://p; server_name .a.org *.b.org; return 301 https://$host$request_uri;
        proxy_read_timeout 1h30m; include snippets/*.conf; keepalive_timeout 65 60;

        """.utf8)

    private static func mutated(_ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let index = Int.random(in: 0..<max(bytes.count, 1), using: &generator)
            guard index < bytes.count else { continue }
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(Array("{};\"'\\$#\n".utf8).randomElement(using: &generator) ?? 0, at: index)
            case 3: bytes.removeSubrange(index..<min(bytes.count, index + 20))
            case 4: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + 30)], at: index)
            default: bytes.removeLast(bytes.count - index)
            }
        }
        return bytes
    }

    @Test("are read or refused, with findings that lie within the file")
    func damage() {
        let files = MemoryFiles(["snippets/a.conf": "send_timeout 5;"])
        var generator = SeededGenerator(seed: 42)
        var good = 0
        for _ in 0..<1500 {
            let bytes = Self.mutated(&generator)
            let outcome = HostFileCompiler.compile(.bytes(bytes), path: "f", files: files)
            let lines = bytes.split(separator: ASCII.lineFeed, omittingEmptySubsequences: false)
            if outcome.file != nil { good += 1 }
            let hasErrors = outcome.diagnostics.contains { $0.severity == .error }
            if hasErrors != (outcome.file == nil) { Issue.record("errors and result disagree: \(bytes)") }
            for diagnostic in outcome.diagnostics where diagnostic.file == "f" {
                guard let position = diagnostic.position else { continue }
                let isInside =
                    (1...lines.count).contains(position.line)
                    && (1...lines[position.line - 1].count + 1).contains(position.column) && position.length > 0
                if !isInside { Issue.record("\(diagnostic) lies outside of \(bytes)") }
                _ = diagnostic.rendered(source: bytes)
            }
        }
        #expect((50..<1500).contains(good))
    }

    @Test("never lose a rule of access without being suspected")
    func accessRules() {
        var generator = SeededGenerator(seed: 43)
        for _ in 0..<1000 {
            let bytes = Self.mutated(&generator)
            let text = String(decoding: bytes, as: UTF8.self)
            guard text.contains(" deny all;") else { continue }
            let outcome = HostFileCompiler.compile(.bytes(bytes), path: "f", files: MemoryFiles())
            if outcome.file == nil, !outcome.mayHoldAccessRules { Issue.record("\(text)") }
        }
    }
}
