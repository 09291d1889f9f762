import Foundation
import Testing

/// The walls between the targets: each imports only what lies below it, and no file outgrows its readers.
@Suite("Walls")
struct WallsTests {
    private struct Source {
        let target: String
        let path: String
        let lines: [Substring]
    }

    /// What each target may import of the package and of what it depends on; the system's C library is free to all.
    private static let allowed: [String: Set<String>] = {
        let level1: Set<String> = ["Bytes"]
        let level2 = level1.union(["Net", "HTTP", "Passwords"])
        let level3 = level2.union(["TLS", "Routing"])
        let level4 = level3.union(["Proxy"])
        let outside: Set<String> = ["Foundation", "FoundationEssentials", "Dispatch"]
        return [
            "Bytes": [],
            "Net": ["Bytes", "CLinux"],
            "HTTP": ["Bytes", "CLinux", "CNghttp2"],
            "Passwords": ["CCrypt", "COpenSSL"],
            "TLS": ["Bytes", "Net", "COpenSSL"],
            "Routing": ["Bytes", "HTTP", "CPCRE2"],
            "Proxy": level3.union(["CZlib"]),
            "Control": level4.union(outside).union(["Logging", "Yams"]),
            "portico": outside.union(["Control", "Routing", "Passwords", "TLS", "ArgumentParser", "Bytes"]),
        ]
    }()

    private static let free: Set<String> = ["Glibc", "Synchronization"]
    private static let sizeLimit = 450

    @Test("hold: no target imports one that is not below it")
    func imports() throws {
        let sources = try Self.sources()
        #expect(Set(sources.map(\.target)) == Set(Self.allowed.keys))
        for source in sources {
            let allowed = try #require(Self.allowed[source.target]).union(Self.free)
            for line in source.lines {
                let words = line.split(separator: " ")
                guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count,
                    words[..<keyword].allSatisfy({ $0.hasPrefix("@") || Self.levels.contains($0) })
                else { continue }
                #expect(allowed.contains(String(words[keyword + 1])), "\(source.path): \(line)")
            }
        }
    }

    @Test("hold: nothing below the control plane is asynchronous")
    func synchronous() throws {
        for source in try Self.sources() where !["Control", "portico"].contains(source.target) {
            for (number, line) in source.lines.enumerated() {
                let words = line.split { !$0.isLetter && $0 != "/" }
                let code = words.prefix { !$0.hasPrefix("//") }
                #expect(!code.contains("async") && !code.contains("await"), "\(source.path):\(number + 1)")
                #expect(!code.contains("actor") || line.contains("\""), "\(source.path):\(number + 1)")
            }
        }
    }

    /// Who may ask for the time of day: what dates, stamps and expires.
    private static let calendars: Set<String> = [
        "FileIdentity.swift", "FileStamp.swift", "ServerLog.swift", "TLSStream+Callbacks.swift",
        "VariableValues+TLS.swift",
        "WorkerClock.swift",
    ]

    @Test("the clock on the wall is asked for dates alone, so that nothing waits for it when it jumps")
    func clocks() throws {
        for source in try Self.sources()
        where !Self.calendars.contains(String(source.path.split(separator: "/").last ?? "")) {
            for (number, line) in source.lines.enumerated() {
                for word in ["CLOCK_REALTIME", "gettimeofday", " time(nil)", "(time(nil)", "Date()", "Date.now"] {
                    #expect(!line.contains(word), "\(source.path):\(number + 1)")
                }
            }
        }
    }

    @Test("files are no longer than one can read")
    func sizes() throws {
        for source in try Self.sources() {
            #expect(source.lines.count <= Self.sizeLimit, "\(source.path) has \(source.lines.count) lines")
        }
    }

    @Test("nothing is left undone, public or forced")
    func finished() throws {
        for source in try Self.sources() {
            for (number, line) in source.lines.enumerated() {
                for word in [
                    "try!", "TODO", "FIXME", "fatalError(\"TODO", "public func ", "public struct ", "public class ",
                ] {
                    #expect(!line.contains(word), "\(source.path):\(number + 1)")
                }
            }
        }
    }

    private static let levels: Set<Substring> = ["package", "internal", "private", "fileprivate", "public"]

    private static func sources(_ file: String = #filePath) throws -> [Source] {
        let root = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
        let paths = try #require(FileManager.default.enumerator(atPath: root.path))
        return try paths.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.map { path in
            let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
            let target = String(path.prefix { $0 != "/" })
            return Source(
                target: target, path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }
}
