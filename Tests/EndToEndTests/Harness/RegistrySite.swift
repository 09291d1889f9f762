import Foundation

/// What `make run` sets up: the real registry behind a front door, with the settings that this project ships.
final class RegistrySite {
    static let host = "registry.localhost"

    let registry: Registry
    let site: Site
    let door: FrontDoor
    /// A folder with the certificate alone, as clients of registries want it (containers-certs.d(5)).
    let trust: String

    /// Starts both.
    ///
    /// - Parameter limit: replaces the shipped limit of a layer's size.
    init(limit: String = "100m") throws {
        registry = try Registry()
        site = try Site()
        try site.makeCertificate(Self.host, names: ["localhost"], addresses: ["127.0.0.1", "::1"])
        try site.setPassword(Self.host, user: "demo", "open sesame")
        try site.configure(Self.host, Self.settings(limit: limit, port: registry.port))
        trust = try site.folder.folder("trust")
        try FileManager.default.copyItem(atPath: site.certificate(Self.host), toPath: trust + "/ca.crt")
        door = try FrontDoor(site)
    }

    /// The shipped settings with another limit, for a registry on another port.
    static func settings(limit: String, port: Int) throws -> String {
        try String(contentsOfFile: Checkout.folder + "/vhost.d/" + host, encoding: .utf8)
            .replacingOccurrences(of: "client_max_body_size 100m;", with: "client_max_body_size \(limit);")
            .replacingOccurrences(of: "127.0.0.1:5000", with: "127.0.0.1:\(port)")
    }

    /// The registry's name and port, as an image's name begins with it.
    var address: String { "localhost:\(door.https)" }

    /// A request without credentials.
    func request(_ path: String, at authority: String? = nil) -> Curl {
        Curl("https://\(authority ?? address)\(path)").trusting(site, Self.host)
    }

    /// A request of the user who may.
    func authorized(_ path: String) -> Curl { request(path).user("demo", "open sesame") }

    /// Begins an upload of a layer and returns the path and query to send it to.
    func beginUpload(_ name: String = "sample") throws -> String {
        let answer = try authorized("/v2/\(name)/blobs/uploads/").with("--request", "POST").outcome()
        guard answer.status == 202, let location = answer["Location"].first,
            let start = location.range(of: "/v2/")?.lowerBound
        else { throw Command.Failure(description: "no upload: \(answer)") }
        return String(location[start...])
    }

    /// Makes an image of random layers and returns the folder of its OCI layout.
    func makeImage(_ name: String, layers: Int, megabytes: Int) throws -> String {
        let folder = try site.folder.folder(name)
        try Command([Checkout.script("sample-image"), folder, "\(layers)", "\(megabytes)"]).run(within: .seconds(120))
        return folder
    }

    /// Pushes the image of the OCI layout in `folder` with skopeo.
    func push(_ folder: String, as name: String) throws -> Command.Outcome {
        try Command([
            "skopeo", "copy", "--preserve-digests", "--dest-cert-dir", trust, "--dest-creds", "demo:open sesame",
            "oci:\(folder)",
            "docker://\(address)/\(name)",
        ]).outcome(within: .seconds(300))
    }

    /// Pulls an image with skopeo into a new OCI layout in `folder`.
    func pull(_ name: String, into folder: String) throws -> Command.Outcome {
        try Command([
            "skopeo", "copy", "--preserve-digests", "--src-cert-dir", trust, "--src-creds", "demo:open sesame",
            "docker://\(address)/\(name)", "oci:\(folder)",
        ]).outcome(within: .seconds(300))
    }
}
