extension Theme {
    /// Who may come in by address, alone and together with a password.
    static let access = Theme(
        "access by address",
        [
            "allow all;", "deny all;", "allow 127.0.0.1; deny all;", "deny 127.0.0.1; allow all;",
            "allow 127.0.0.0/8; deny all;", "allow 10.0.0.0/8; deny all;", "deny 10.0.0.0/8;", "allow 10.0.0.0/8;",
            "deny 127.0.0.0/24; allow 127.0.0.1;", "allow 127.0.0.0/24; deny 127.0.0.1;", "allow ::1; deny all;",
            "deny ::/0;", "allow unix:; deny all;", "deny 127.0.0.1/31;", "deny 127.0.0.2/31;", "deny 0.0.0.0/0;",
            "allow 127.0.0.1/32; deny all;",
        ].map { Case($0, $0, ["/", "HEAD /a", "POST /a\n\nbody"]) }
            + [
                ("any", "allow 127.0.0.1; deny all;"), ("any", "deny all;"), ("any", "deny 127.0.0.1;"), ("any", ""),
                ("all", "allow 127.0.0.1; deny all;"), ("all", "deny all;"), ("all", ""),
                ("any", "allow 10.0.0.1;"), ("any", "deny 10.0.0.1;"),
            ].map { satisfy, rules in
                Case(
                    "satisfy \(satisfy) with \(rules.isEmpty ? "a password alone" : rules)",
                    """
                    satisfy \(satisfy);
                    \(rules)
                    auth_basic "Inner";
                    auth_basic_user_file @FOLDER@/users;
                    """,
                    files: ["users": Users.file], ["/", .as("ann", "secret"), .as("ann", "wrong")])
            })
}

/// The users of the cases with passwords.
enum Users {
    /// Each has the password `secret`, hashed in another way; `broken` has none that can be read.
    static let file = """
        # users
        ann:{PLAIN}secret
        sha:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=
        apr:$apr1$Zk1Hq2uJ$Hc6GfFvQ1ZzVYq8yP0n2e.
        des:ab01FAX.bQRSU
        twice:{PLAIN}first
        twice:{PLAIN}second
        broken:$9$nothing
        comment:{PLAIN}secret:a comment

        """
}

extension Ask {
    /// A request with a name and a password.
    static func `as`(_ user: String, _ password: String, scheme: String = "Basic", target: String = "/") -> Ask {
        Ask(stringLiteral: "\(target)\nAuthorization: \(scheme) \(base64("\(user):\(password)"))")
    }

    static func base64(_ text: String) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var result = ""
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start...].prefix(3)
            let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0..<4 {
                result.append(index <= group.count ? digits[word >> (18 - 6 * index) & 63] : "=")
            }
        }
        return result
    }
}
