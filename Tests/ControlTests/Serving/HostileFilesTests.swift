import Bytes
import Foundation
import Proxy
import Routing
import Testing

@testable import Control

/// Whatever stands in the operator's folders, it ends in a diagnostic, and no other host is touched.
@Suite("Hostile files", .timeLimit(.minutes(10)))
struct HostileFilesTests {
    /// Puts something odd where the file of `bad.example` belongs.
    typealias Make = @Sendable (ServedFolder) throws -> Void

    struct Oddity: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// A part of what is said of it.
        let message: String
        let make: Make

        init(_ name: String, _ message: String, _ make: @escaping Make) {
            (testDescription, self.message, self.make) = (name, message, make)
        }
    }

    private static let name = "vhost.d/bad.example"

    private static func text(_ name: String, _ message: String, _ text: @escaping @Sendable () -> String) -> Oddity {
        Oddity(name, message) { try $0.folder.write(Self.name, text()) }
    }

    static let oddities: [Oddity] = [
        text("1 MB of {", "unexpected {") { String(repeating: "{", count: 1_000_000) },
        text("1 MB of blocks in blocks", "nested deeper than 16") { String(repeating: "a{", count: 500_000) },
        text("1 MB of }", "unexpected }") { String(repeating: "}", count: 1_000_000) },
        text("1 MB of quotes", "right after a closing quote") { String(repeating: "\"", count: 1_000_001) },
        text("1 MB of directives that nobody knows", "unknown directive") {
            String(repeating: "a b;\n", count: 200_000)
        },
        text("1 MB of locations", "more than 1000 locations") {
            (0..<30_000).map { "location /\($0) { return 204; }\n" }.joined()
        },
        text("1 MB of variables", "unknown variable") {
            "add_header a \"" + String(repeating: "$b ", count: 1300) + "\";"
        },
        text("a word of 1 MB", "longer than 4095 bytes") { String(repeating: "a", count: 1_000_000) },
        text("a comment of 1 MB, and a slip", "; is missing") {
            "#" + String(repeating: "a", count: 1_000_000) + "\nallow all"
        },
        text("zero bytes", "holds a control byte") { String(repeating: "\0", count: 1_000_000) },
        text("more than 1 MiB", "larger than 1 MiB") { String(repeating: "# a\n", count: 300_000) },
        text("a line of 10 MB", "it has more than 8 MiB") { String(repeating: "a", count: 10_000_000) },
        text("a file that includes itself", "includes itself") { "include vhost.d/bad.example;" },
        text("a file that includes all", "includes itself") { "include vhost.d/*;" },
        text("a device by include", "it is no ordinary file") { "include /dev/zero;" },
        text("a folder by include", "it is no ordinary file") { "include /dev;" },
        text("a program of the kernel's by include", "larger than 2 MiB") { "include big;" },
        Oddity("files that include one another twice each, 20 deep", "files deep or 100 files in all") { served in
            for depth in 0..<20 {
                try served.folder.write("fan\(depth)", "include fan\(depth + 1);\ninclude fan\(depth + 1);\n")
            }
            try served.folder.write("fan20", "")
            try served.folder.write(name, "include fan0;")
        },
        Oddity("files that include one another a hundred times each", "files deep or 100 files in all") { served in
            try served.folder.write("leaf", "")
            try served.folder.write("branch", String(repeating: "include leaf;\n", count: 90))
            try served.folder.write(name, String(repeating: "include branch;\n", count: 90))
        },
        Oddity("a fifo", "it is no ordinary file") { #expect(mkfifo($0.folder.path(name), 0o600) == 0) },
        Oddity("an endless device", "it is no ordinary file") { try $0.folder.link(name, to: "/dev/zero") },
        Oddity("a link to itself", "symbolic links") { try $0.folder.link(name, to: "bad.example") },
        Oddity("a link to nothing", "the file cannot be read: it has vanished") {
            try $0.folder.link(name, to: "nowhere")
        },
        Oddity("a folder", "a folder stands where the file of bad.example belongs") { try $0.folder.makeFolder(name) },
        Oddity("a link to a folder", "a folder stands where the file of bad.example belongs") {
            try $0.folder.link(name, to: ".")
        },
    ]

    private static let container = Container(
        id: "app", name: "app", environment: ["VIRTUAL_HOST": "bad.example,good.example"],
        networks: [NetworkAttachment("front", ipv4: .init("172.18.0.7"))])

    @Test("end in a diagnostic and touch nobody else's host", arguments: oddities)
    func hostile(_ oddity: Oddity) throws {
        let served = try ServedFolder()
        try served.folder.write("big", String(repeating: "# a\n", count: 600_000))
        try served.folder.write("vhost.d/good.example", "client_max_body_size 7m;")
        try oddity.make(served)
        let builder = ServingBuilder(try served.settings())
        let result = builder.build(containers: [Self.container])
        let found = result.diagnostics.filter { $0.file?.hasPrefix(served.folder.path) ?? false }
        #expect(found.contains { $0.severity == .error && $0.message.contains(oddity.message) }, "\(found)")
        #expect(found.count <= 60)
        #expect(found.allSatisfy { $0.description.utf8.count < 2000 })
        let hosts = result.configuration.snapshot.hosts
        let good = try #require(hosts.first { $0.name == "good.example" })
        #expect(good.shut == nil)
        #expect(good.locations.first?.settings.maxBodySize == 7 << 20)
        #expect(good.locations.first?.upstream?.backends.count == 1)
        #expect(hosts.contains { $0.name == "bad.example" })

        // What is in order again is served again.
        try? served.folder.remove(Self.name)
        try served.folder.write(Self.name, "client_max_body_size 8m;")
        builder.forget()
        let mended = builder.build(containers: [Self.container]).configuration.snapshot.hosts
        let bad = try #require(mended.first { $0.name == "bad.example" })
        #expect(bad.shut == nil)
        #expect(bad.locations.first?.settings.maxBodySize == 8 << 20)
    }

    @Test("that cannot say who may come in shut their host, and keep it as it was where they were in order before")
    func folder() throws {
        let served = try ServedFolder()
        try served.folder.makeFolder(Self.name)
        let settings = try served.settings()
        let fresh = ServingBuilder(settings).build(containers: [Self.container]).configuration.snapshot
        #expect(fresh.hosts.first { $0.name == "bad.example" }?.shut?.status == 503)
        try served.folder.remove(Self.name)
        try served.folder.write(Self.name, "deny all;")
        let builder = ServingBuilder(settings)
        _ = builder.build(containers: [Self.container])
        try served.folder.remove(Self.name)
        try served.folder.makeFolder(Self.name)
        builder.forget()
        let kept = try #require(
            builder.build(containers: [Self.container]).configuration.snapshot.hosts.first { $0.name == "bad.example" })
        #expect(kept.shut == nil)
        #expect(kept.locations.first?.settings.accessRules.count == 1)
    }

    @Test("that are folders in place of password files let nobody in")
    func passwordFolder() throws {
        let served = try ServedFolder()
        try served.folder.makeFolder("htpasswd/good.example")
        let result = ServingBuilder(try served.settings()).build(containers: [Self.container])
        let path = served.folder.path("htpasswd/good.example")
        #expect(
            result.diagnostics.contains {
                $0.file == path && $0.message == "is not a regular file, so good.example answers 500"
            })
        let good = result.configuration.snapshot.hosts.first { $0.name == "good.example" }
        #expect(good?.locations.first?.settings.authentication?.file == path)
    }

    @Test("that change while they are read count as they were, or as they are, and touch nobody else's host")
    func changing() throws {
        let served = try ServedFolder()
        try served.folder.write("vhost.d/good.example", "client_max_body_size 7m;")
        let path = served.folder.path(Self.name)
        let texts = [3, 5].map { size in
            String(repeating: "# filling\n", count: 20_000) + "client_max_body_size \(size)m;\n"
        }
        try served.folder.replace(Self.name, texts[0])
        let builder = ServingBuilder(try served.settings())
        let isDone = Flag()
        let writer = Thread {
            var turn = 0
            while !isDone.isSet {
                turn += 1
                try? texts[turn % 2].write(toFile: path, atomically: turn % 4 < 2, encoding: .utf8)
            }
        }
        writer.start()
        for _ in 0..<20 {
            _ = builder.refresh()
            let hosts = builder.build(containers: [Self.container]).configuration.snapshot.hosts
            let good = try #require(hosts.first { $0.name == "good.example" })
            #expect(good.locations.first?.settings.maxBodySize == 7 << 20)
        }
        isDone.set()
    }
}
