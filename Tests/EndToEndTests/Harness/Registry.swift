import Foundation

/// A running registry, Debian's, on the loopback address and over plain HTTP.
final class Registry {
    let port: Int
    private let folder: TemporaryFolder
    private let process: RunningProcess

    /// Starts it with storage of its own, and waits until it answers.
    init() throws {
        let folder = try TemporaryFolder()
        let port = try freePort()
        self.folder = folder
        self.port = port
        try folder.write(
            "config.yml",
            """
            version: 0.1
            log: {level: warn}
            storage:
              filesystem: {rootdirectory: \(folder["storage"])}
              delete: {enabled: true}
            http: {addr: "127.0.0.1:\(port)"}
            """)
        process = try RunningProcess(
            Command(["docker-registry", "serve", folder["config.yml"]]), output: folder["log"], errors: folder["log"])
        try eventually("the registry answers") {
            try Curl("http://127.0.0.1:\(port)/v2/").outcome().status == 200
        }
    }

    /// Whether bytes of a layer have arrived that is not stored whole yet.
    func hasUploadUnderWay() throws -> Bool {
        let files = FileManager.default.enumerator(atPath: folder["storage"])
        while let name = files?.nextObject() as? String {
            guard name.contains("/_uploads/"), name.hasSuffix("/data") else { continue }
            let size = try FileManager.default.attributesOfItem(atPath: folder["storage/" + name])[.size] as? Int
            if size ?? 0 > 0 { return true }
        }
        return false
    }
}
