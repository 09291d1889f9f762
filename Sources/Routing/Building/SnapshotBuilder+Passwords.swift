internal import Bytes

extension SnapshotBuilder {
    /// Who may pass by password: as the files of path and host say, else as the file says that is named like the path or
    /// the host.
    ///
    /// As in nginx-proxy a file in `htpasswd` protects its path or host whatever `auth_basic off` says elsewhere.
    mutating func authentication(for path: SitePath, of site: Site) -> Authentication? {
        let byName = passwordFile(of: path, site)
        let inner = path.file
        let realmPlace = inner?.realmPlace ?? site.file?.realmPlace
        let realm = inner?.settings.realm ?? site.file?.settings.realm
        switch (realm, inner?.settings.passwordFile ?? site.file?.settings.passwordFile) {
        case (.text(let realm), let file?):
            return Authentication(realm: realm, file: file)
        case (.text(let realm), nil):
            if let byName { return Authentication(realm: realm, file: byName.path) }
            warn(
                realmPlace, "auth_basic asks for no password without auth_basic_user_file, as in nginx",
                hint: "add auth_basic_user_file passwords/\(site.fileName);")
            return nil
        case (.off, _):
            guard byName != nil else { return nil }
            warn(
                realmPlace, "auth_basic off has no effect, because a password file is named like the host or path",
                hint: "remove \(byName?.path ?? "")")
        case (nil, _?):
            if byName == nil {
                warn(
                    inner?.passwordFilePlace ?? site.file?.passwordFilePlace,
                    "auth_basic_user_file has no effect without auth_basic, as in nginx",
                    hint: "add auth_basic \"Restricted\";")
            }
        case (nil, nil):
            break
        }
        return byName.map { Authentication(realm: Template(literal: ByteString($0.realm)), file: $0.path) }
    }

    /// The file in `htpasswd` that is named like the path, else like the host, and the realm that nginx-proxy gives it.
    private func passwordFile(of path: SitePath, _ site: Site) -> (path: String, realm: String)? {
        guard let folder = inputs.files?.passwordFolder else { return nil }
        if let name = passwordFilesByHost["\(site.fileName)_\(path.fileName)"] {
            return ("\(folder)/\(name)", site.isRegex ? "Restricted access" : "Restricted \(site.name)\(path.text)")
        }
        guard let name = passwordFilesByHost[site.fileName] else { return nil }
        return ("\(folder)/\(name)", site.isRegex ? "Restricted access" : "Restricted \(site.name)")
    }

    private mutating func warn(_ place: Diagnostic.Place?, _ message: String, hint: String) {
        guard let place else { return }
        diagnostics.append(Diagnostic(.warning, at: place, message, hint: hint))
    }
}
