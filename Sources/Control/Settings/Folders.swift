/// The folders that the operator fills.
package struct Folders: Hashable, Sendable {
    /// Certificates and keys, `<host>.crt` and `<host>.key`.
    package var certificates = "/etc/nginx/certs"
    /// Directives of virtual hosts, a file each.
    package var virtualHosts = "/etc/nginx/vhost.d"
    /// Password files, named in `auth_basic_user_file` or by their host.
    package var passwords = "/etc/nginx/passwords"

    /// The folders of nginx-proxy's image.
    package init() {}

    /// What Portico answers with by itself: challenges of certificate authorities, and `errors/50x.html`.
    package var pages = "/usr/share/nginx/html"

    /// nginx's folder of logs: what `access_log` names lies in it.
    package static let logs = "/var/log/nginx"

    /// Password files that guard the host they are named after, without any directive: `htpasswd` beside `vhost.d`.
    package var htpasswd: String { Self.joined(base, "htpasswd") }

    /// The group for finite-field DHE of certificates that have none of their own.
    package var keyExchange: String { Self.joined(base, "dhparam/dhparam.pem") }

    /// Where relative paths in directives start: the folder that holds `vhost.d`.
    package var base: String { Self.parent(of: virtualHosts) }

    /// The folders whose files this server may read whoever else may not. `base` is among them where it is the operator's own,
    /// such as `/etc/nginx`, and not a folder of the system, such as `/etc`, where others keep their secrets as well.
    var guarded: [String] {
        let own = [certificates, virtualHosts, passwords, htpasswd]
        guard Self.system.contains(base) else { return own + [base] }
        return own + ["conf.d", "dhparam", "proxy.conf", "network_internal.conf"].map { Self.joined(base, $0) }
    }

    /// The folders in which a system keeps things of many kinds (hier(7)).
    static let system: Set = [
        "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/proc", "/root",
        "/run",
        "/sbin", "/srv", "/sys", "/tmp", "/usr", "/usr/local", "/usr/local/etc", "/var", "/var/lib", "/var/log",
    ]

    /// The path without slashes at its end, so that what lies beneath has one spelling.
    static func plain(_ path: String) -> String {
        var trimmed = Substring(path)
        while trimmed.utf8.count > 1, trimmed.utf8.last == UInt8(ascii: "/") { trimmed = trimmed.dropLast() }
        return String(trimmed)
    }

    /// The path of the folder that holds `path`; `.` for a bare name.
    package static func parent(of path: String) -> String {
        let trimmed = plain(path)
        guard let slash = trimmed.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    /// The path of `name` in `folder`; an absolute name stands for itself.
    package static func joined(_ folder: String, _ name: String) -> String {
        if name.hasPrefix("/") { return name }
        return folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
