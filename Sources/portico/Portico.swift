internal import ArgumentParser
internal import Control

/// The command line of Portico.
@main
struct Portico: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "portico",
            abstract: "A reverse proxy for containers, and the front door of a private registry.",
            discussion: """
                Portico ends TLS, finds the services behind it by the VIRTUAL_HOST of their containers, checks who may come \
                in, and streams requests to them. It takes the place of nginx-proxy: the same folders, the same variables \
                of containers, the same files in vhost.d, and no reload ever.

                Without a subcommand it serves:

                  docker run -d -p 80:80 -p 443:443 -v ./certs:/etc/nginx/certs:ro \\
                    -v ./vhost.d:/etc/nginx/vhost.d:ro -v ./passwords:/etc/nginx/passwords:ro \\
                    -v /var/run/docker.sock:/tmp/docker.sock:ro portico
                  docker run -d -e VIRTUAL_HOST=registry.example.com registry:2

                A first certificate and a first user:

                  portico cert self-signed registry.example.com --certs certs
                  portico passwd set registry.example.com alice --passwords passwords

                What is routed, and what is wrong:

                  portico routes
                  portico check
                """,
            version: ProductVersion.text,
            subcommands: [
                ServeCommand.self, CheckCommand.self, MigrateCommand.self, RoutesCommand.self, PasswordCommand.self,
                CertificateCommand.self,
                VersionCommand.self,
            ],
            defaultSubcommand: ServeCommand.self)
    }

    /// Under the name of nginx it stands in for that.
    static func main() {
        let name = CommandLine.arguments.first?.split(separator: "/").last
        if name == "nginx" { NginxCommand.main() } else { main(nil) }
    }
}
