internal import ArgumentParser
internal import TLS

extension CertificateCommand {
    /// `portico cert self-signed NAME… --ip … --days …`.
    struct SelfSigned: ParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: "Make a certificate that vouches for itself.",
                discussion: """
                    Writes NAME.crt and NAME.key, named after the first NAME. Clients accept the certificate once it was \
                    given to them as an authority: it is no authority over any other certificate.

                    EXAMPLES
                    Make certs/registry.localhost.crt and its key, good for two names and an address:
                      portico cert self-signed registry.localhost localhost --ip 127.0.0.1

                    Have docker trust it, for the host and port that images are named after:
                      mkdir -p /etc/docker/certs.d/registry.localhost:8443
                      cp certs/registry.localhost.crt /etc/docker/certs.d/registry.localhost:8443/ca.crt

                    Have curl trust it:
                      curl --cacert certs/registry.localhost.crt https://registry.localhost:8443/
                    """)
        }

        @Argument(
            help: ArgumentHelp("A name that clients use; *.NAME for every host below it.", valueName: "name"))
        var names: [String]

        @Option(
            name: .customLong("ip"),
            help: ArgumentHelp("An address that clients use. May be given more than once.", valueName: "address"))
        var addresses: [String] = []

        @Option(help: "How many days the certificate is good for.")
        var days = 825

        @Option(
            help: ArgumentHelp(
                "The folder of the certificates.",
                discussion: "Without it: /etc/nginx/certs where there is such a folder, as in the image, else ./certs.",
                valueName: "dir"))
        var certs: String?

        @Flag(help: "Replace a certificate and key of this name.")
        var force = false

        func validate() throws {
            if let fault = HostFileName.fault(of: names[0]) { throw ValidationError(fault) }
        }

        func run() throws {
            let folder = ChosenFolder(named: certs, usual: "certs")
            let pair = try TLS.SelfSigned.make(hosts: names, addresses: addresses, days: days)
            try folder.prepare()
            try PairWriter.write(pair, named: names[0], in: folder.path, replacing: force)
            let paths = ["crt", "key"].map { folder.path(of: "\(names[0]).\($0)") }
            StandardStreams.tell("Wrote \(paths[0]) and \(paths[1]), good for \(days) days.")
        }
    }
}
