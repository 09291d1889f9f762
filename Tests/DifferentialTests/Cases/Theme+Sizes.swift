extension Theme {
    /// `client_max_body_size` against declared and chunked bodies.
    static let sizes = Theme(
        "sizes of bodies",
        ["4", "5", "0", "1k", "1K", "1m", "1g"].map { size in
            Case(
                "client_max_body_size \(size)", "client_max_body_size \(size);",
                [
                    "POST /\n\n1234", "POST /\n\n12345", "POST /\n\n123456", "POST /\nContent-Length: 0",
                    "PUT /\nTransfer-Encoding: chunked\n\n4\r\n1234\r\n0\r\n\r\n",
                    "PUT /\nTransfer-Encoding: chunked\n\n3\r\n123\r\n3\r\n456\r\n0\r\n\r\n",
                    Ask(stringLiteral: "POST /\n\n" + String(repeating: "x", count: 1024)),
                    Ask(stringLiteral: "POST /\n\n" + String(repeating: "x", count: 1025)), "/",
                ])
        }
            + [
                Case(
                    "413 before 401 and 403",
                    "client_max_body_size 4; deny all; auth_basic R; auth_basic_user_file @FOLDER@/users;",
                    files: ["users": Users.file], ["POST /\n\n12345", "POST /\n\n1234", "/"])
            ])
}
