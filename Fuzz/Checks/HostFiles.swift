internal import Routing

/// The files about one virtual host, of which one is the input.
struct HostFiles: VirtualHostFiles {
    static let folder = "/etc/nginx/vhost.d"

    private let contents: [String: FileContent]

    init(host input: [UInt8]) {
        contents = [
            "\(Self.folder)/site.test": .bytes(input),
            "/etc/nginx/snippets/door": .bytes(Array("auth_basic Door;\nauth_basic_user_file passwords/door;\n".utf8)),
            "/etc/nginx/snippets/loop": .bytes(Array("include snippets/loop;\n".utf8)),
            "/etc/nginx/snippets/odd": .unreadable("permission denied"),
        ]
    }

    var root: String { "/etc/nginx" }
    var hostFolder: String { Self.folder }
    var hostFiles: [String] { ["site.test"] }
    var passwordFolder: String { "/etc/nginx/htpasswd" }
    var passwordFileNames: [String] { [] }

    func read(_ path: String) -> FileContent { contents[path] ?? .missing }

    /// Every pattern but that of files for all hosts matches the one file that says who may come in.
    func paths(matching pattern: String) -> [String] {
        pattern == "\(root)/conf.d/*.conf" ? [] : ["/etc/nginx/snippets/door"]
    }
}
