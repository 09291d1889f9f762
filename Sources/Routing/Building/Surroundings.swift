/// What holds on a level of directives, after those around it.
struct Surroundings {
    /// What the directives set, without authentication.
    var settings: LocationSettings {
        _read { yield shared.settings }
        set { shared = SharedSettings(newValue) }
    }
    /// The same, as an object that other levels may have too.
    private(set) var shared: SharedSettings
    /// The argument of `auth_basic`.
    private(set) var realm: DirectiveSettings.Realm?
    /// The argument of `auth_basic_user_file`.
    private(set) var passwordFile: String?
    /// Where `auth_basic` stands.
    private(set) var realmPlace: Diagnostic.Place?
    /// Where `auth_basic_user_file` stands.
    private(set) var passwordFilePlace: Diagnostic.Place?
    /// Whether nothing of that stands further in than on the level that is that of all hosts.
    var isOfAllHosts = false
    /// Whether the operator has set a limit to bodies.
    private(set) var limitsBodies = false

    /// Where the directives stand, level by level, the outermost first.
    private(set) var origins: [[DirectiveOrigin]] = []

    /// What holds where nothing is set.
    init() { shared = SharedSettings(LocationSettings()) }

    /// Has what stands inside inherit a password file that is named like the path or host, as if directives on this level had
    /// named it: that is where nginx-proxy writes them.
    mutating func protect(by authentication: Authentication?) {
        guard let authentication else { return }
        (realm, realmPlace) = (.text(authentication.realm), nil)
        (passwordFile, passwordFilePlace) = (authentication.file, nil)
    }

    /// What holds on a level inside; the same where there is none.
    ///
    /// - Parameter known: what the settings of the level come to here, where that is known.
    func inside(_ level: DirectiveLevel?, comingTo known: SharedSettings? = nil) -> Surroundings {
        guard let level else { return self }
        var inner = self
        inner.shared = known ?? SharedSettings(level.settings.applied(to: settings))
        if !level.origins.isEmpty { inner.origins.append(level.origins) }
        if level.settings.realm != nil || level.settings.passwordFile != nil { inner.isOfAllHosts = false }
        if let realm = level.settings.realm {
            inner.realm = realm
            inner.realmPlace = level.realmPlace
        }
        if let file = level.settings.passwordFile {
            inner.passwordFile = file
            inner.passwordFilePlace = level.passwordFilePlace
        }
        if level.settings.maxBodySize != nil { inner.limitsBodies = true }
        return inner
    }
}
