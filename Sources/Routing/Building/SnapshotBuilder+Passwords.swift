internal import Bytes

extension SnapshotBuilder {
    /// Who may pass by password: as the levels of directives say, else as the file says that is named like the path or the
    /// host.
    ///
    /// As in nginx-proxy a file in `htpasswd` protects its path or host whatever `auth_basic off` says elsewhere.
    mutating func authentication(
        in surroundings: Surroundings, of site: Site, byName: PasswordFileByName? = nil
    ) -> Authentication? {
        let result = chosenAuthentication(in: surroundings, of: site, byName: byName)
        if let file = result?.file { findings.passwordFiles.insert(file) }
        return result
    }

    private mutating func chosenAuthentication(
        in surroundings: Surroundings, of site: Site, byName: PasswordFileByName?
    ) -> Authentication? {
        switch (surroundings.realm, surroundings.passwordFile) {
        case (.text(let realm), let file?):
            return Authentication(realm: realm, file: file)
        case (.text(let realm), nil):
            if let byName { return Authentication(realm: realm, file: byName.path) }
            warn(
                surroundings.realmPlace, "auth_basic asks for no password without auth_basic_user_file, as in nginx",
                hint: "add auth_basic_user_file passwords/\(site.fileName);")
            return nil
        case (.off, _):
            guard byName != nil else { return nil }
            warn(
                surroundings.realmPlace,
                "auth_basic off has no effect, because a password file is named like the host or path",
                hint: "remove \(byName?.path ?? "")")
        case (nil, _?):
            if byName == nil {
                warn(
                    surroundings.passwordFilePlace,
                    "auth_basic_user_file has no effect without auth_basic, as in nginx",
                    hint: "add auth_basic \"Restricted\";")
            }
        case (nil, nil):
            break
        }
        return byName.map { Authentication($0) }
    }

    /// Who may pass by password on the level of a path, which what stands inside inherits.
    mutating func protect(
        _ surroundings: inout Surroundings, as path: SitePath, of site: Site, _ own: DirectiveLevel?
    ) -> Authentication? {
        guard let byName = passwordFile(of: path, site) else { return authentication(in: surroundings, of: site) }
        if isNearer(byName, than: surroundings, own) { surroundings.protect(by: Authentication(byName)) }
        let result = authentication(in: surroundings, of: site, byName: byName)
        surroundings.protect(by: result)
        return result
    }

    /// Whether a file that is named like a path, or a host, is nearer to the location than the directives around it. Those of
    /// the location's own level are what the operator has put in its place, and so are a host's in place of a file for the host.
    private func isNearer(_ file: PasswordFileByName, than surroundings: Surroundings, _ own: DirectiveLevel?) -> Bool {
        guard surroundings.passwordFile != nil else { return false }
        guard own?.settings.realm == nil, own?.settings.passwordFile == nil else { return false }
        return file.isOfPath || surroundings.isOfAllHosts
    }

    /// The file in `htpasswd` that is named like the path, else like the host, and the realm that nginx-proxy gives it.
    private func passwordFile(of path: SitePath, _ site: Site) -> PasswordFileByName? {
        guard !passwordFilesByHost.isEmpty, let folder = inputs.files?.passwordFolder else { return nil }
        if let name = passwordFilesByHost["\(site.fileName)_\(path.fileName)"] {
            return PasswordFileByName(
                path: "\(folder)/\(name)", isOfPath: true,
                realm: site.isRegex ? "Restricted access" : "Restricted \(site.name)\(path.text)")
        }
        guard let name = passwordFilesByHost[site.fileName] else { return nil }
        return PasswordFileByName(
            path: "\(folder)/\(name)", isOfPath: false,
            realm: site.isRegex ? "Restricted access" : "Restricted \(site.name)")
    }

    /// Says of a location in a file that the password file which is named like its host does not protect it.
    mutating func warnIfUnprotected(_ location: FileLocation, _ inner: Surroundings, of site: Site) {
        guard let file = passwordFilesByHost[site.fileName], let folder = inputs.files?.passwordFolder,
            inner.realm == nil, inner.settings.accessRules.isEmpty, inner.settings.authorization.path == nil,
            location.level.returned == nil,
            !location.level.isInternal
        else { return }
        if case .named = location.match { return }
        warn(
            location.place,
            "\(folder)/\(file) does not protect location \(location.match.text), as in nginx-proxy",
            hint: "add auth_basic \"Restricted\"; and auth_basic_user_file \(folder)/\(file); to it, or auth_basic off;"
        )
    }

    private mutating func warn(_ place: Diagnostic.Place?, _ message: String, hint: String) {
        guard let place else { return }
        // What several locations inherit is said once.
        let finding = Diagnostic(.warning, at: place, message, hint: hint)
        if !diagnostics.contains(finding) { diagnostics.append(finding) }
    }
}

/// A password file that protects what it is named like.
struct PasswordFileByName {
    let path: String
    /// Whether it is named like a path of the host, and not like the host.
    let isOfPath: Bool
    /// The realm that nginx-proxy gives it.
    let realm: String
}

extension Authentication {
    init(_ file: PasswordFileByName) {
        self.init(realm: Template(literal: ByteString(file.realm)), file: file.path)
    }
}
