import Bytes
import Routing
import TLS
import Testing

@testable import Control

@Suite("Authorities of backends")
struct BackendAuthoritiesTests {
    private let folder: TemporaryFolder
    private let files: FileStore
    private let pem: String

    init() throws {
        folder = try TemporaryFolder()
        files = FileStore(folders: Folders())
        pem = String(
            decoding: try SelfSigned.make(names: ["a.org"], addresses: [], days: 1).certificate, as: UTF8.self)
    }

    private var snapshot: RoutingSnapshot {
        var over = Upstream(key: "a.org", backends: [])
        over.tls = UpstreamTLS(serverName: "a.org", host: "a.org")
        let plain = Upstream(key: "b.org", backends: [])
        return RoutingSnapshot(
            hosts: [
                VirtualHost(name: "a.org", locations: [Location(upstream: over)]),
                VirtualHost(name: "b.org", locations: [Location(upstream: plain)]),
            ])
    }

    private func update(_ authorities: inout BackendAuthorities) {
        _ = files.refresh()
        authorities.update(snapshot, folder: folder.path, files: files)
    }

    @Test("believe every certificate where there is no file, and say so")
    func missing() {
        var authorities = BackendAuthorities()
        update(&authorities)
        #expect(authorities.contexts.keys.map(\.text) == ["a.org"])
        #expect(authorities.contexts["a.org"]?.isVerifying == false)
        #expect(authorities.diagnostics.map(\.severity) == [.note])
        #expect(authorities.diagnostics.first?.file == folder.path("a.org.upstream-ca.crt"))
    }

    @Test("verify with the file's, and keep what was read while the file has not changed")
    func verifying() throws {
        try folder.write("a.org.upstream-ca.crt", pem)
        var authorities = BackendAuthorities()
        update(&authorities)
        let context = authorities.contexts["a.org"]
        #expect(context?.isVerifying == true)
        #expect(authorities.diagnostics.isEmpty)
        update(&authorities)
        #expect(authorities.contexts["a.org"] === context)
    }

    @Test("believe nobody where the file cannot be used, and keep the last good one where there was one")
    func broken() throws {
        try folder.write("a.org.upstream-ca.crt", "nonsense")
        var authorities = BackendAuthorities()
        update(&authorities)
        #expect(authorities.contexts.isEmpty)
        #expect(authorities.diagnostics.map(\.severity) == [.error])
        #expect(authorities.diagnostics.first?.message.contains("502") == true)

        var others = BackendAuthorities()
        try folder.replace("a.org.upstream-ca.crt", pem)
        update(&others)
        let good = others.contexts["a.org"]
        #expect(good != nil)
        try folder.replace("a.org.upstream-ca.crt", "nonsense")
        update(&others)
        #expect(others.contexts["a.org"] === good)
        #expect(others.diagnostics.map(\.severity) == [.error])
        // It is still so the next time, although the file has not changed.
        update(&others)
        #expect(others.contexts["a.org"] === good)
    }

    @Test("are those of the file that the host's own names, and are missed when that is gone")
    func named() throws {
        var upstream = Upstream(key: "a.org", backends: [])
        upstream.tls = UpstreamTLS(serverName: nil, host: "a.org", authorities: folder.path("mine.pem"))
        let snapshot = RoutingSnapshot(hosts: [VirtualHost(name: "a.org", locations: [Location(upstream: upstream)])])
        var authorities = BackendAuthorities()
        authorities.update(snapshot, folder: folder.path, files: files)
        #expect(authorities.contexts.isEmpty)
        #expect(authorities.diagnostics.map(\.severity) == [.error])
        try folder.write("mine.pem", pem)
        _ = files.refresh()
        authorities.update(snapshot, folder: folder.path, files: files)
        #expect(authorities.contexts["a.org"]?.isVerifying == true)
    }
}
