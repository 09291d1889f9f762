extension Theme {
    /// `auth_basic` with users of every kind and credentials of every spelling.
    static let passwords = Theme(
        "passwords",
        [
            Case(
                "auth_basic", "auth_basic \"Private place\"; auth_basic_user_file @FOLDER@/users;",
                files: ["users": Users.file],
                [
                    "/", "HEAD /", "POST /\n\nbody", .as("ann", "secret"), .as("ann", "wrong"), .as("ann", ""),
                    .as("nobody", "secret"), .as("sha", "secret"), .as("sha", "wrong"), .as("apr", "wrong"),
                    .as("des", "wrong"), .as("twice", "first"), .as("twice", "second"),
                    .differing("unreadable-hash", .as("broken", "secret")),
                    .as("comment", "secret"), .as("ANN", "secret"), .as("", "secret"), .as("ann", "sec:ret"),
                    .as("ann", "secret", scheme: "basic"), .as("ann", "secret", scheme: "BASIC"),
                    .as("ann", "secret", scheme: "Bearer"), "/\nAuthorization: Basic", "/\nAuthorization: Basic ",
                    "/\nAuthorization: Basic !!!", "/\nAuthorization: Basic YW5u", "/\nAuthorization: ann:secret",
                    .as("ann", "secret", target: "/deep/path?x=1"), .as("# users", ""),
                ]),
            Case(
                "auth_basic off", "auth_basic off; auth_basic_user_file @FOLDER@/users;", files: ["users": Users.file],
                ["/", .as("ann", "wrong")]),
            Case("auth_basic without a file", "auth_basic Realm;", ["/", .as("ann", "wrong")]),
            Case(
                "a realm with variables", "auth_basic \"For $host\"; auth_basic_user_file @FOLDER@/users;",
                files: ["users": Users.file], ["/"]),
            Case(
                "the user's name in a field",
                "auth_basic R; auth_basic_user_file @FOLDER@/users; add_header X-User $remote_user always;",
                files: ["users": Users.file], ["/", .as("ann", "secret"), .as("ann", "wrong")]),
            Case(
                "a file with the line ends of another system", "auth_basic R; auth_basic_user_file @FOLDER@/crlf;",
                files: ["crlf": "ann:{PLAIN}secret\r\nbob:{PLAIN}other\r\n"],
                [.as("ann", "secret"), .as("bob", "other")]),
            Case(
                "a file without an end of its last line", "auth_basic R; auth_basic_user_file @FOLDER@/short;",
                files: ["short": "ann:{PLAIN}secret"], [.as("ann", "secret")]),
        ])
}
