internal import ArgumentParser
internal import Control

/// Where the operator's folders and the engine are; `serve` and `check` take the same.
struct FolderOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of certificates, HOST.crt and HOST.key. (default: /etc/nginx/certs)", valueName: "dir"))
    var certs: String?

    @Option(
        help: ArgumentHelp(
            "The folder of directives, a file for each host in nginx's syntax; 'default' stands in for hosts without one. "
                + "Relative paths in the files begin at the folder that holds this one. (default: /etc/nginx/vhost.d)",
            valueName: "dir"))
    var vhosts: String?

    @Option(
        help: ArgumentHelp("The folder of password files. (default: /etc/nginx/passwords)", valueName: "dir"))
    var passwords: String?

    @Option(
        help: ArgumentHelp(
            "The folder that challenges of certificate authorities are answered from, and errors/50x.html. "
                + "(default: /usr/share/nginx/html)", valueName: "dir"))
    var pages: String?

    @Option(
        help: ArgumentHelp(
            "The engine whose containers are served: unix:///PATH, tcp://HOST:PORT or 'none'. (default: $DOCKER_HOST, "
                + "else /tmp/docker.sock or /var/run/docker.sock)", valueName: "url"))
    var docker: String?

    /// The options in the form in which settings are made of them.
    var options: ServeOptions {
        var options = ServeOptions()
        options.certificates = certs
        options.virtualHosts = vhosts
        options.passwords = passwords
        options.pages = pages
        options.docker = docker
        return options
    }
}
