import Foundation

/// The images that tests start containers of, made out of this machine's own programs.
enum TestImages {
    /// A web server that says `hello`, and at `/name` what the variable `NAME` says. `PORT` is its port, 8000 by default.
    /// It takes no notice of SIGTERM, as a container's first process that does not ask for the signal.
    static let web = "portico-test/web"
    /// Portico, as it was built together with these tests.
    static let portico = "portico-test/portico"
    /// The registry.
    static let registry = "registry:2.0"
    /// Says hello and ends.
    static let hello = "hello-world"

    static func load(into engine: DockerEngine) throws {
        let folder = try TemporaryFolder()
        try folder.folder("web/bin")
        try folder.folder("web/www")
        try folder.folder("web/tmp")
        try copy("busybox", to: folder["web/bin/busybox"])
        try FileManager.default.createSymbolicLink(atPath: folder["web/bin/sh"], withDestinationPath: "busybox")
        try folder.write("web/www/index.html", "hello\n")
        try importImage(
            folder["web"], as: web, into: engine,
            changes: [
                #"CMD ["/bin/sh","-c","echo $NAME >/www/name; exec busybox httpd -f -p ${PORT:-8000} -h /www"]"#,
                "EXPOSE 8000",
            ])
        try importImage(
            folder["web"], as: hello, into: engine, changes: [#"CMD ["/bin/busybox","echo","Hello from Docker!"]"#])
        try loadRegistry(into: engine, folder)
    }

    private static func loadRegistry(into engine: DockerEngine, _ folder: TemporaryFolder) throws {
        guard let registry = Command.path(of: "docker-registry") else {
            throw Command.Failure(description: "not installed: docker-registry")
        }
        try place(registry, as: "usr/bin/registry", in: "registry", folder)
        try folder.write(
            "registry/etc/docker/registry/config.yml",
            """
            version: 0.1
            log: {level: warn}
            storage:
              filesystem: {rootdirectory: /var/lib/registry}
            http: {addr: ":5000"}
            """)
        try importImage(
            folder["registry"], as: self.registry, into: engine,
            changes: [#"CMD ["/usr/bin/registry","serve","/etc/docker/registry/config.yml"]"#, "EXPOSE 5000"])
    }

    /// Makes the image of Portico, whose command is `portico serve`.
    static func loadPortico(into engine: DockerEngine) throws {
        let folder = try TemporaryFolder()
        try place(Checkout.portico, as: "portico", in: "image", folder)
        for name in ["tmp", "run", "etc/nginx/certs", "etc/nginx/vhost.d"] { try folder.folder("image/" + name) }
        try importImage(
            folder["image"], as: portico, into: engine, changes: [#"ENTRYPOINT ["/portico"]"#, #"CMD ["serve"]"#])
    }

    /// Puts a program into an image's folder, with the libraries that it is linked with, by the paths that ldd(1) prints.
    private static func place(
        _ program: String, as name: String, in image: String, _ folder: TemporaryFolder
    ) throws {
        let libraries = try Command(["ldd", program]).run().split(whereSeparator: \.isWhitespace)
            .filter { $0.hasPrefix("/") }.map(String.init)
        for (source, target) in [(program, "/" + name)] + libraries.map({ ($0, $0) }) {
            try folder.folder(image + URL(filePath: target).deletingLastPathComponent().path)
            try copy(source, to: folder[image + target])
        }
    }

    private static func importImage(
        _ root: String, as name: String, into engine: DockerEngine, changes: [String]
    ) throws {
        try Command([
            "tar", "--create", "--file", root + ".tar", "--owner", "0", "--group", "0", "--directory", root, ".",
        ])
        .run()
        let command =
            ["docker", "import"] + changes.flatMap { ["--change", $0] } + [root + ".tar", name]
        try Command(command, environment: ["DOCKER_HOST": engine.address]).run()
    }

    private static func copy(_ program: String, to path: String) throws {
        guard let source = Command.path(of: program) else {
            throw Command.Failure(description: "not installed: \(program)")
        }
        try FileManager.default.copyItem(
            at: URL(filePath: source).resolvingSymlinksInPath(), to: URL(filePath: path))
    }
}
