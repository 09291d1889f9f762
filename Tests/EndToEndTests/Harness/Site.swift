import Foundation

/// The folders of one front door: certificates, settings and passwords, made with Portico's own commands.
struct Site {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["certs", "vhost.d", "passwords", "htpasswd"] { try folder.folder(name) }
    }

    /// Where the certificate of the host is, for clients to trust.
    func certificate(_ host: String) -> String { folder["certs/\(host).crt"] }

    /// Gives the host a self-signed certificate, for further names and addresses too.
    func makeCertificate(_ host: String, names: [String] = [], addresses: [String] = []) throws {
        try Command(
            [Checkout.portico, "cert", "self-signed", host] + names + addresses.flatMap { ["--ip", $0] }
                + ["--certs", folder["certs"]]
        ).run()
    }

    /// Sets a user's password.
    func setPassword(_ host: String, user: String, _ password: String, algorithm: String? = nil) throws {
        try folder.write("secret", password + "\n")
        try Command(
            [Checkout.portico, "passwd", "set", host, user, "--password-stdin", "--passwords", folder["passwords"]]
                + (algorithm.map { ["--algorithm", $0] } ?? []),
            input: folder["secret"]
        ).run()
    }

    /// Writes the host's settings.
    func configure(_ host: String, _ directives: String) throws {
        try folder.write("vhost.d/" + host, directives + "\n")
    }
}
