import Bytes
import Foundation
import Routing
import TestSupport
import Testing

@testable import Control

/// The mistakes that people's files really hold, each named by what it is.
@Suite("Known mistakes", .timeLimit(.minutes(10)))
struct KnownMistakesTests {
    /// A file with a mistake, and what is said of it.
    struct Mistake: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var text: String
        var file = "vhost.d/app.example"
        /// Other files, by their path.
        var others: [String: String] = [:]
        var severity = Diagnostic.Severity.error
        /// Line and column; nil for the file as a whole.
        var place: String?
        /// A part of the message.
        var message: String
        /// A part of the hint; nil where the message says it.
        var hint: String?

        init(
            _ name: String, _ text: String, in file: String = "vhost.d/app.example",
            beside others: [String: String] = [:],
            _ severity: Diagnostic.Severity = .error, at place: String?, _ message: String, hint: String?
        ) {
            testDescription = name
            self.text = text
            self.file = file
            self.others = others
            self.severity = severity
            self.place = place
            self.message = message
            self.hint = hint
        }
    }

    private static let pass = "proxy_pass http://127.0.0.1:5000;\n"
    private static let protected =
        pass + "auth_basic x;\nauth_basic_user_file passwords/app.example;\n"

    static let mistakes: [Mistake] = [
        Mistake(
            "a colon in add_header", pass + "add_header Docker-Distribution-Api-Version: registry/2.0;", .warning,
            at: "2:12", "the colon becomes part of the field's name",
            hint: "write Docker-Distribution-Api-Version without"),
        Mistake(
            "a colon in proxy_set_header", pass + "proxy_set_header Host: $http_host;", .warning, at: "2:18",
            "the colon becomes part of the field's name", hint: "write Host without it"),
        Mistake(
            "printf without a backslash", "alice:rqXexS6ZhobKAnbob:rqXexS6ZhobKAn", in: "passwords/app.example",
            beside: ["vhost.d/app.example": protected], at: "1:1",
            "behind the hash stands a letter n where the line should end",
            hint: "printf '%s\\n'"),
        Mistake(
            "printf without a backslash, for one user", "alice:$apr1$abcdefgh$EOmS5yOt5xvDxFuoPgd.w1n\n",
            in: "passwords/app.example", beside: ["vhost.d/app.example": protected], at: "1:1",
            "behind the hash stands a letter n", hint: "portico passwd set"),
        Mistake(
            "fields of answers lost in a location",
            pass
                + "add_header X-Safe yes;\nlocation /v2/ {\n    add_header X-API 2;\n    proxy_pass http://127.0.0.1:5000;\n}",
            .warning, at: "4:5", "add_header takes the place of those further out, as in nginx: X-Safe",
            hint: "repeat it here"),
        Mistake(
            "fields of answers lost in a location's file", "add_header X-API 2;",
            in: "vhost.d/app.example_location", beside: ["vhost.d/app.example": pass + "add_header X-Safe yes;"],
            .warning,
            at: "1:1", "add_header takes the place of those of the host's file, as in nginx: X-Safe",
            hint: "repeat it here"),
        Mistake(
            "the default fields of requests lost", pass + "proxy_set_header X-Mine yes;", .warning, at: "2:1",
            "proxy_set_header replaces the whole default set, as in nginx: Host, X-Forwarded-For",
            hint: "proxy_set_header Host $http_host"),
        Mistake(
            "Host without its port", pass + "proxy_set_header Host $host;", .warning, at: "2:23",
            "Host $host loses the port", hint: "write $http_host"),
        Mistake(
            "a file that no container claims", "client_max_body_size 0;", in: "vhost.d/ap.example",
            beside: ["vhost.d/app.example": pass], .warning, at: nil, "no container claims this host",
            hint: "did you mean the host app.example?"),
        Mistake(
            "http { } in vhost.d", "http {\n    client_max_body_size 0;\n}", at: "1:1", "http is not supported",
            hint: "is the inside of server { }"),
        Mistake(
            "server { } in vhost.d", "server {\n    listen 80;\n}", at: "1:1", "server ",
            hint: "write the directives without it"),
        Mistake(
            "a comment as in C", pass + "/* no limit */\nclient_max_body_size 0;", at: "2:1",
            "\"/*\" begins no comment here",
            hint: "write # before each line"),
        Mistake(
            "a pasted here-document", "cat > /etc/nginx/vhost.d/app.example <<'X'\n" + pass + "X\n", at: "1:1",
            "\"cat\" belongs to a shell", hint: "holds directives alone"),
        Mistake(
            "the end of a here-document", pass + "EOF\n", at: "2:1", "\"EOF\" belongs to a shell",
            hint: "remove the line"),
        Mistake(
            "the middle of a here-document", pass + "tee_x <<EOF\n", at: "2:7",
            "a shell command that writes a file was pasted in", hint: "keep only the lines between <<EOF"),
        Mistake(
            "a missing semicolon", "client_max_body_size 1m\nproxy_read_timeout 5;\n" + pass, at: "1:24",
            "; is missing after \"1m\"", hint: nil),
        Mistake(
            "a missing semicolon before a block", "client_max_body_size 1m\nlocation /a {\n    return 204;\n}",
            at: "1:24",
            "; is missing after \"1m\"", hint: nil),
        Mistake(
            "a missing semicolon before }", "location /a {\n    return 204\n}", at: "2:15",
            "; is missing after \"204\"",
            hint: nil),
        Mistake(
            "a second location /", "location / { return 204; }\nlocation / { return 205; }", at: "2:1",
            "location / stands here for the second time", hint: "into the one in line 1"),
        Mistake(
            "else", "if ($arg_a) { return 204; }\nelse { return 205; }", at: "2:1", "else is not supported",
            hint: "nginx has no else"),
        Mistake(
            "==", "if ($arg_a == b) { return 204; }", at: "1:12", "\"==\" is not a comparison",
            hint: "write = for equality"),
        Mistake(
            "&&", "if ($arg_a = b && $arg_c = d) { return 204; }", at: "1:16", "conditions cannot be joined",
            hint: "set $x"),
        Mistake(
            "a regular expression with { outside of quotes", "location ~ ^/[a-z]{2}/ {\n    return 204;\n}", at: "1:19",
            "the { ends the regular expression", hint: "in quotes"),
        Mistake(
            "the same in a rewrite", pass + "rewrite ^/(a{2,3})$ /$1;", at: "2:13", "the { ends the regular expression",
            hint: "in quotes"),
        Mistake(
            "a missing first letter", pass + "lient_max_body_size 100m;", at: "2:1", "unknown directive",
            hint: "did you mean client_max_body_size?"),
        Mistake(
            "hashes of the oldest kind", "alice:rqXexS6ZhobKA\n", in: "passwords/app.example",
            beside: ["vhost.d/app.example": protected], .warning, at: nil,
            "only the first 8 characters count of the password of alice", hint: "portico passwd set"),
        Mistake(
            "hashes that everybody can read", "alice:{PLAIN}x\n", in: "passwords/app.example",
            beside: ["vhost.d/app.example": protected], .note, at: nil, "everybody on this machine can read its hashes",
            hint: "chmod 640"),
    ]

    @Test("are named with place, reason and remedy, and the spot is marked", arguments: mistakes)
    func known(_ mistake: Mistake) throws {
        let served = try ServedFolder()
        for (path, text) in mistake.others { try served.folder.write(path, text) }
        try served.folder.write(mistake.file, mistake.text)
        let path = served.folder.path(mistake.file)
        chmod(path, 0o644)
        let report = try Check.run(served.settings())
        let found = report.diagnostics.filter { $0.file == path && $0.message.contains(mistake.message) }
        #expect(found.count == 1, "\(report.text)")
        guard let finding = found.first else { return }
        #expect(finding.severity == mistake.severity)
        let place = finding.position.map { "\($0.line):\($0.column)" }
        #expect(place == mistake.place)
        if let hint = mistake.hint { #expect(finding.hint?.contains(hint) == true, "\(finding)") }
        // A line of a password file is never shown.
        let isShown = mistake.place != nil && !mistake.file.hasPrefix("passwords/")
        let lines = report.text.split(separator: "\n", omittingEmptySubsequences: false)
        let index = try #require(lines.firstIndex { $0.contains(mistake.message) })
        #expect(lines[index + 1].contains(" | ") == isShown)
        if isShown { #expect(lines[index + 2].drop { $0 == " " || $0 == "|" }.first == "^") }
        // Alone, the file says the same.
        let alone = try report.about(path)
        #expect(alone.diagnostics.contains(finding))
        #expect(alone.diagnostics.allSatisfy { $0.file == path })
    }

    // MARK: - Certificates

    private func findings(_ served: ServedFolder, at now: Int64) throws -> [Diagnostic] {
        try served.folder.write("vhost.d/app.example", Self.pass)
        return ServingBuilder(try served.settings(), clock: { now }).build().diagnostics.filter {
            $0.file == served.folder.path("certs/app.example.crt")
        }
    }

    @Test("are named: a certificate for another host")
    func uncovered() throws {
        let served = try ServedFolder()
        try served.makeCertificate("app.example", names: ["other.example", "*.app.example"])
        let found = try findings(served, at: FileStamp.now / 1_000_000_000)
        #expect(
            found.map(\.message) == [
                "clients of app.example refuse the certificate: it is for other.example, *.app.example"
            ])
        #expect(found.first?.severity == .warning)
        #expect(found.first?.hint?.contains("CERT_NAME") == true)
    }

    @Test(
        "are named: a certificate that expires within two weeks, and not before", arguments: [(17, true), (13, false)])
    func expiring(daysAgo: Int64, isNear: Bool) throws {
        let served = try ServedFolder()
        try served.makeCertificate("app.example", names: ["app.example"])
        let found = try findings(served, at: FileStamp.now / 1_000_000_000 + daysAgo * 86_400)
        #expect(found.contains { $0.message.contains("the certificate expires in 1") } == isNear)
    }

    @Test(
        "are named: a certificate without its authority's, or with another's behind it",
        arguments: ["alone", "whole", "strange"])
    func chain(_ kind: String) throws {
        let served = try ServedFolder()
        let authority = try ServerAuthority()
        try authority.issue("app.example", responder: "http://127.0.0.1:1/")
        try served.makeCertificate("strange", names: ["strange.example"])
        let behind =
            switch kind {
            case "whole": try authority.text("ca.crt")
            case "strange": try String(contentsOfFile: served.folder.path("certs/strange.crt"), encoding: .utf8)
            default: ""
            }
        try served.folder.write("certs/app.example.crt", try authority.text("app.example.crt") + behind)
        try served.folder.write("certs/app.example.key", try authority.text("app.example.key"))
        let found = try findings(served, at: FileStamp.now / 1_000_000_000).map(\.message)
        switch kind {
        case "whole": #expect(found.isEmpty, "\(found)")
        case "strange": #expect(found.first?.contains("is not the one that has signed it") == true, "\(found)")
        default: #expect(found.first?.contains("its authority's certificate is missing") == true, "\(found)")
        }
    }
}
