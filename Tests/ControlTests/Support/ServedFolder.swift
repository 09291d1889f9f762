import Bytes
import TLS

@testable import Control

/// The operator's folders, empty at first, and settings that point to them.
final class ServedFolder {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["certs", "vhost.d", "passwords", "htpasswd"] { try folder.makeFolder(name) }
    }

    /// Settings for these folders, with the given engine and the environment.
    func settings(docker: String = "none", _ environment: [String: String] = [:]) throws -> Settings {
        var options = ServeOptions()
        options.certificates = folder.path("certs")
        options.virtualHosts = folder.path("vhost.d")
        options.passwords = folder.path("passwords")
        options.docker = docker
        options.control = folder.path("control.sock")
        return try Settings(options: options, environment: Environment(environment))
    }

    func makeCertificate(_ pair: String, names: [String], addresses: [String] = []) throws {
        let made = try SelfSigned.make(names: names, addresses: addresses.compactMap { IPAddress($0) }, days: 30)
        try folder.write("certs/\(pair).crt", String(decoding: made.certificate, as: UTF8.self))
        try folder.write("certs/\(pair).key", String(decoding: made.key, as: UTF8.self))
    }
}
