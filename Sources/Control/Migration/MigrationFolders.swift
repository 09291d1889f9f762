/// Where nginx-proxy's folders can be read from here: where they lie on the host, or at the same place as in its container,
/// where this runs in one that shares its volumes.
struct MigrationFolders {
    /// The folder of certificates.
    let certificates: String
    /// The folder of directives.
    let virtualHosts: String
    /// The folder of password files that directives name.
    let passwords: String
    /// Those of nginx-proxy's folders that are mounted into its container and cannot be read from here.
    private(set) var unreadable: [String] = []
    /// Every file of nginx-proxy's folders that has no effect, with what follows from it.
    private(set) var withoutEffect: [(path: String, difference: String)] = []

    private static let base = "/etc/nginx"

    /// Looks for the folders; what the options name comes before anything that is found.
    init(_ options: ServeOptions, _ proxy: RunningProxy?) {
        let mounts = proxy?.mounts ?? [:]
        let place = { (path: String) -> String in
            // On the host itself nginx may be installed too, with folders of its own.
            if let source = mounts[path], FileStamp(of: source)?.kind == .folder { return source }
            return path
        }
        certificates = options.certificates ?? place("\(Self.base)/certs")
        virtualHosts = options.virtualHosts ?? place("\(Self.base)/vhost.d")
        passwords = options.passwords ?? place("\(Self.base)/passwords")
        let htpasswd = Folders.joined(Folders.parent(of: virtualHosts), "htpasswd")
        let read = [
            ("certs", certificates), ("vhost.d", virtualHosts), ("passwords", passwords), ("htpasswd", htpasswd),
        ]
        unreadable = read.compactMap { name, path in
            mounts["\(Self.base)/\(name)"] != nil && FileStamp(of: path)?.kind != .folder
                ? "\(Self.base)/\(name)" : nil
        }
        findFiles(place)
    }

    /// The folders that are there.
    var found: [String] { [certificates, virtualHosts, passwords].filter { FileStamp(of: $0)?.kind == .folder } }

    private mutating func findFiles(_ place: (String) -> String) {
        for row in NginxProxySetting.files where row.isWithoutEffect {
            let folder = Folders.parent(of: row.name)
            guard folder != "/etc/nginx/vhost.d", !row.name.hasSuffix("acme-challenge"), row.name != "/var/log/nginx"
            else { continue }
            let name = row.name.dropFirst(folder.count + 1)
            // The ending of the files that are meant: NAME.ca.crt, *.conf.
            let isPattern = name.hasPrefix("NAME") || name.hasPrefix("*")
            let ending = isPattern ? String(name.drop { $0 != "." }) : String(name)
            let actual = folder == "\(Self.base)/certs" ? certificates : place(folder)
            let entries = (try? FolderEntries(of: actual)).map { Array($0) } ?? []
            for entry in entries.sorted(by: { $0.name < $1.name }) where entry.name != "default.conf" {
                guard isPattern ? entry.name.hasSuffix(ending) : entry.name == ending else { continue }
                withoutEffect.append(("\(actual)/\(entry.name)", row.difference))
            }
        }
    }
}
