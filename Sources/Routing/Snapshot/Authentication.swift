/// The demand for a user's name and password (RFC 7617; nginx: `auth_basic`, `auth_basic_user_file`).
package struct Authentication: Hashable, Sendable {
    /// The text between the quotes of `WWW-Authenticate: Basic realm="…"`.
    package var realm: Template
    /// The path of the password file.
    package var file: String

    /// Users of the file may pass.
    package init(realm: Template, file: String) {
        self.realm = realm
        self.file = file
    }
}
