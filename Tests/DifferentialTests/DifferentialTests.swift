import Foundation
import Testing

/// The same virtual host files and the same requests for Debian's nginx and for Portico: the answers must be equal, and
/// with them what the backend saw.
@Suite("Beside nginx", .serialized)
struct DifferentialTests {
    @Test("answers as nginx does", arguments: Theme.all)
    func answersAsNginx(_ theme: Theme) throws {
        let backend = try EchoBackend()
        let site = try Site(theme.cases, backend: backend.port)
        let (nginx, portico) = (try Server.nginx(site), try Server.portico(site))
        for host in site.hosts {
            for ask in host.subject.asks {
                let expected = try nginx.answer(to: ask, of: host)
                let found = try portico.answer(to: ask, of: host)
                guard let difference = ask.difference else {
                    if found != expected {
                        Issue.record(Self.report(host, ask, expected, found, remarks: portico.remarks(on: host)))
                    }
                    continue
                }
                // Whoever mends a difference, or makes another of it, shall see what it is.
                if found == expected {
                    Issue.record("\(host.subject): \(ask) differs no more: take away \"\(difference)\"")
                }
            }
        }
    }

    @Test("compares a good many requests, in every theme")
    func isLargeEnough() {
        #expect(Theme.all.allSatisfy { !$0.cases.isEmpty && $0.cases.allSatisfy { !$0.asks.isEmpty } })
        #expect(Theme.all.flatMap(\.cases).flatMap(\.asks).count >= 1_500)
    }

    @Test("docs/nginx-differences.md explains every known difference, and no other")
    func differencesAreExplained() throws {
        let checkout = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let text = try String(contentsOf: checkout.appending(path: "docs/nginx-differences.md"), encoding: .utf8)
        let explained = text.components(separatedBy: "\n").compactMap { line in
            line.hasPrefix("| `") ? line.dropFirst(3).prefix { $0 != "`" } : nil
        }
        let used = Theme.all.flatMap(\.cases).flatMap(\.asks).compactMap(\.difference)
        #expect(Set(explained.map(String.init)) == Set(used))
    }

    private static func report(
        _ host: Site.Host, _ ask: Ask, _ expected: Answer, _ found: Answer, remarks: String
    ) -> Comment {
        """
        \(host.subject): \(ask)
        --- nginx
            \(expected)
        --- Portico
            \(found)
        \(remarks)
        """
    }
}
