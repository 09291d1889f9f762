import Bytes
import Foundation
import Proxy
import Routing
import TLS
import Testing

@testable import Control

@Suite("Files with groups for finite-field DHE")
struct KeyExchangeFilesTests {
    private let served: ServedFolder

    init() throws {
        served = try ServedFolder()
        try served.makeCertificate("a.example", names: ["a.example"])
        try served.makeCertificate("default", names: ["default.example"])
        try served.folder.makeFolder("dhparam")
    }

    private func put(_ group: String, at name: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:\(group)", "-out",
            served.folder.path(name),
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test(
        "are named by DHPARAM_BITS where there is no file, or are none with DHPARAM_SKIP",
        arguments: [([:], 4096), (["DHPARAM_BITS": "2048"], 2048), (["DHPARAM_SKIP": "true"], nil)]
            as [([String: String], Int?)])
    func environment(variables: [String: String], bits: Int?) throws {
        let builder = ServingBuilder(try served.settings(variables))
        #expect(builder.build().configuration.certificates.fallback?.parameters?.bits == bits)
        #expect(throws: SettingsError.self) { try served.settings(["DHPARAM_BITS": "1024"]) }
    }

    @Test("are those of the certificate, else those of all, and are followed when they change")
    func files() throws {
        try served.folder.write("vhost.d/a.example", "return 204;")
        let builder = ServingBuilder(try served.settings())
        func sizes() -> [Int?] {
            _ = builder.refresh()
            let certificates = builder.build().configuration.certificates
            return ["a.example", "other.example"].map {
                certificates.select(serverName: $0, localAddress: nil)?.parameters?.bits
            }
        }
        #expect(sizes() == [4096, 4096])
        try put("ffdhe2048", at: "dhparam/dhparam.pem")
        #expect(sizes() == [2048, 2048])
        try put("ffdhe3072", at: "certs/a.example.dhparam.pem")
        #expect(sizes() == [3072, 2048])
        try served.folder.write("certs/a.example.dhparam.pem", "nonsense")
        #expect(sizes() == [2048, 2048])
        let texts = builder.build().diagnostics.map(\.description)
        #expect(
            texts.contains {
                $0.hasPrefix("\(served.folder.path("certs/a.example.dhparam.pem")): error: not the parameters of")
            })
        try served.folder.remove("dhparam/dhparam.pem")
        #expect(sizes() == [4096, 4096])
    }
}
