import ArgumentParser
import TLS

/// `portico cert`
struct CertificateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cert", abstract: "Make certificates.", subcommands: [SelfSignedCommand.self])
}

/// `portico cert self-signed`
struct SelfSignedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "self-signed",
        abstract: "Make a certificate that vouches for itself.",
        discussion: """
            Writes NAME.crt and NAME.key, named after the first NAME; a running server uses them at once. Clients must be \
            told to trust the certificate: for docker, copy it to /etc/docker/certs.d/HOST:PORT/ca.crt; for curl, use \
            --cacert.
            """)

    @Argument(help: ArgumentHelp("A host name that clients use; *.NAME for all hosts below a name.", valueName: "name"))
    var names: [String]

    @Option(
        name: .customLong("ip"), help: ArgumentHelp("An address that clients use. Repeatable.", valueName: "address"))
    var addresses: [String] = []

    @Option(help: ArgumentHelp("How many days the certificate is valid.", valueName: "days"))
    var days = 825

    @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"))
    var certs = "certs"

    @Flag(help: "Replace files that are there.")
    var force = false

    func run() throws {
        let pair = try SelfSigned.make(hosts: names, addresses: addresses, days: days)
        try PairWriter.write(pair, named: names[0], in: certs, replacing: force)
        print("Wrote \(certs)/\(names[0]).crt and \(certs)/\(names[0]).key, valid for \(days) days.")
    }
}
