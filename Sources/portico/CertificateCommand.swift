internal import ArgumentParser

/// `portico cert`: the certificates of virtual hosts.
struct CertificateCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "cert",
            abstract: "Make certificates for virtual hosts.",
            discussion: """
                The certificate of a virtual host stands in certs/HOST.crt, with those of the authorities behind it, and its \
                private key in certs/HOST.key. A running Portico sees a change within a second.
                """,
            subcommands: [SelfSigned.self])
    }
}
