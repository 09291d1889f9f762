import Bytes
import Foundation
import Net
import Proxy
import Routing
import Synchronization
import TLS
import TestSupport
import Testing

@testable import Control

/// OCSP: an authority that signs, a responder that answers for it, and openssl as the client.
@Suite("The status of certificates", .timeLimit(.minutes(10)))
struct CertificateStatusesTests {
    private let served: ServedFolder
    private let authority: ServerAuthority
    private let responder: Responder
    private let lines = LogLines()
    private let loop: EventLoop

    init() throws {
        let authority = try ServerAuthority()
        self.authority = authority
        responder = try Responder { Self.answer($0, of: authority) }
        served = try ServedFolder()
        loop = try EventLoop()
        try authority.issue("app.example", responder: "http://127.0.0.1:\(responder.port)/status")
        try served.folder.write("vhost.d/app.example", "return 204;")
        try served.folder.write("certs/app.example.crt", try authority.text("app.example.crt"))
        try served.folder.write("certs/app.example.key", try authority.text("app.example.key"))
        try served.folder.write("certs/app.example.chain.pem", try authority.text("ca.crt"))
    }

    /// What the authority, or another one in its name, says to a question.
    private static func answer(
        _ question: [UInt8], of authority: ServerAuthority, signedBy signer: String = "ca"
    ) -> [UInt8] {
        let name = UUID().uuidString
        do {
            try Data(question).write(to: URL(fileURLWithPath: authority.path("\(name).req")))
            try authority.openssl(
                "ocsp -index index -rsigner \(signer).crt -rkey \(signer).key -CA ca.crt -reqin \(name).req "
                    + "-respout \(name).resp -nmin 60")
            return Array(try Data(contentsOf: URL(fileURLWithPath: authority.path("\(name).resp"))))
        } catch {
            return Array("\(error)".utf8)
        }
    }

    private func statuses() throws -> CertificateStatuses {
        CertificateStatuses(on: loop, resolver: try NameResolver(on: loop), log: lines.logger)
    }

    private func build() throws -> ServingBuilder.Result { ServingBuilder(try served.settings()).build() }

    /// What openssl's client is told of the certificate in a handshake.
    private func seen(by door: FrontDoor, version: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "s_client", "-connect", "127.0.0.1:\(door.httpsPort)", "-servername", "app.example", "-status",
            version, "-CAfile", authority.path("ca.crt"),
        ]
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }

    @Test("is fetched, kept and shown to clients that ask for it", arguments: ["-tls1_2", "-tls1_3"])
    func stapled(version: String) throws {
        let result = try build()
        let inquiry = try #require(result.statusInquiries["app.example"], "\(result.diagnostics)")
        let door = try FrontDoor()
        try door.serve(result.configuration, generation: 1)
        #expect(try seen(by: door, version: version).contains("OCSP response: no response sent"))
        let statuses = try statuses()
        statuses.follow(result.statusInquiries)
        try loop.wait(for: "an answer") { inquiry.certificate.staple.status(at: Self.now) != nil }
        let seen = try seen(by: door, version: version)
        #expect(seen.contains("OCSP Response Status: successful"), "\(seen)")
        #expect(seen.contains("Cert Status: good"), "\(seen)")
        #expect(seen.contains("Verify return code: 0 (ok)"), "\(seen)")
        #expect(inquiry.certificate.staple.status(at: Self.now + 7200) == nil)
        #expect(responder.count == 1)
        statuses.close()
    }

    /// How a responder may fail, and a part of what the log says.
    private static let failures = ["nothing", "text", "stranger", "other", "away"]

    @Test("is not shown where the answer cannot be believed, and the log says why", arguments: failures)
    func refused(_ failure: String) throws {
        let authority = authority
        switch failure {
        case "nothing": responder.change { _ in [] }
        case "text": responder.change { _ in Array("no".utf8) }
        case "stranger":
            let stranger = try ServerAuthority()
            try authority.write("stranger.crt", try stranger.text("ca.crt"))
            try authority.write("stranger.key", try stranger.text("ca.key"))
            responder.change { Self.answer($0, of: authority, signedBy: "stranger") }
        case "other":
            try authority.issue("other.example", responder: "http://127.0.0.1:1/")
            try authority.openssl("ocsp -issuer ca.crt -cert other.example.crt -no_nonce -reqout other.req")
            let other = Array(try Data(contentsOf: URL(fileURLWithPath: authority.path("other.req"))))
            responder.change { _ in Self.answer(other, of: authority) }
        default: try served.folder.write("certs/app.example.crt", try unreachable())
        }
        let result = try build()
        let inquiry = try #require(result.statusInquiries["app.example"], "\(result.diagnostics)")
        let statuses = try statuses()
        statuses.follow(result.statusInquiries)
        try loop.wait(for: "a complaint") { !lines.lines.isEmpty }
        let reason =
            switch failure {
            case "nothing", "text": "no form that OCSP knows"
            case "stranger": "not signed by an authority"
            case "other": "about another certificate"
            default: "refused"
            }
        #expect(lines.lines.count == 1)
        #expect(
            lines.lines[0].hasPrefix("warning app.example.crt: no OCSP answer from http://127.0.0.1:"), "\(lines.lines)"
        )
        #expect(lines.lines[0].lowercased().contains(reason.lowercased()), "\(lines.lines)")
        #expect(inquiry.certificate.staple.status(at: Self.now) == nil)
        statuses.close()
    }

    @Test("counts in its time alone, and not at all where it is too long")
    func time() throws {
        let inquiry = try #require(try build().statusInquiries["app.example"])
        let answer = Self.answer(inquiry.question, of: authority)
        let now = Self.now
        guard case .good(let status) = inquiry.judge(answer, at: now) else {
            Issue.record("\(inquiry.judge(answer, at: now))")
            return
        }
        #expect(status.bytes == answer)
        #expect((3500...3700).contains(status.notAfter - now))
        let useless = StatusInquiry.Verdict.useless("the answer is too old, or of the future")
        #expect(inquiry.judge(answer, at: now + 7200) == useless)
        #expect(inquiry.judge(answer, at: now - 7200) == useless)
        #expect(
            inquiry.judge(answer + [UInt8](repeating: 0, count: 70_000), at: now)
                == .useless("the answer is longer than 64 KiB"))
        for count in stride(from: 0, to: answer.count, by: 7) {
            guard case .useless = inquiry.judge(Array(answer[..<count]), at: now) else {
                Issue.record("a part of \(count) bytes was believed")
                continue
            }
        }
    }

    /// A certificate whose responder does not answer.
    private func unreachable() throws -> String {
        let closed = try Responder { _ in [] }.port
        try authority.issue("app.example", responder: "http://127.0.0.1:\(closed)/")
        try served.folder.write("certs/app.example.key", try authority.text("app.example.key"))
        return try authority.text("app.example.crt")
    }

    @Test(
        "is said loudly where the authority has taken the certificate back, and what was shown before is shown no more")
    func revoked() throws {
        let result = try build()
        let inquiry = try #require(result.statusInquiries["app.example"])
        let first = try statuses()
        first.follow(result.statusInquiries)
        try loop.wait(for: "an answer") { inquiry.certificate.staple.status(at: Self.now) != nil }
        first.close()
        try authority.revoke("app.example")
        let second = try statuses()
        second.follow(result.statusInquiries)
        try loop.wait(for: "the news") { !lines.lines.isEmpty }
        #expect(lines.lines[0].hasPrefix("error app.example.crt HAS BEEN REVOKED"), "\(lines.lines)")
        #expect(inquiry.certificate.staple.status(at: Self.now) == nil)
        second.close()
    }

    @Test("is asked for only where a .chain.pem stands beside the pair, and it is said where that does not fit")
    func asked() throws {
        try served.folder.remove("certs/app.example.chain.pem")
        #expect(try build().statusInquiries.isEmpty)
        try served.folder.write("certs/app.example.chain.pem", try ServerAuthority().text("ca.crt"))
        let result = try build()
        #expect(result.statusInquiries.isEmpty)
        #expect(result.diagnostics.contains { $0.message.contains("the certificate of the issuer is not in it") })
        try served.folder.write("certs/app.example.chain.pem", "nothing")
        #expect(try build().diagnostics.contains { $0.message.hasPrefix("no OCSP answers are stapled") })
    }

    private static var now: Int64 { FileStamp.now / 1_000_000_000 }
}
