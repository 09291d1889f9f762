internal import ArgumentParser

/// The command line of Portico.
@main
struct Portico: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "portico",
            abstract: "A reverse proxy for containers, and the front door of a private registry.",
            subcommands: [PasswordCommand.self, CertificateCommand.self])
    }
}
