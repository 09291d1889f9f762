internal import Bytes

extension DirectiveCatalog {
    /// Which answers are compressed.
    static let compression: [DirectiveRow] = [
        onOff("gzip", \.compression.isOn, in: [.http, .server, .location, .locationIf]),
        DirectiveRow("gzip_buffers", "NUMBER SIZE", arity: 2...2) { directive, _ throws(Diagnostic) in
            _ = try directive.number(directive.arguments[0])
            _ = try directive.size(directive.arguments[1], allowsGiga: false)
        },
        DirectiveRow("gzip_comp_level", "1…9") { directive, compiler throws(Diagnostic) in
            let argument = directive.arguments[0]
            let level = try directive.number(argument)
            guard (1...9).contains(level) else {
                throw directive.error(argument, "\(level) is not a level of compression", hint: "write 1 to 9")
            }
            compiler.settings.compression.level = level
        },
        // The browsers that it is written for are gone.
        DirectiveRow("gzip_disable", "PATTERN…", arity: 1...20) { _, _ in },
        DirectiveRow("gzip_http_version", "1.0 | 1.1") { directive, compiler throws(Diagnostic) in
            compiler.settings.compression.servesHTTP10 =
                try directive.choice(directive.arguments[0], ["1.0", "1.1"]) == 0
        },
        DirectiveRow("gzip_min_length", "SIZE") { directive, compiler throws(Diagnostic) in
            compiler.settings.compression.minLength = try directive.size(directive.arguments[0], allowsGiga: false)
        },
        DirectiveRow("gzip_proxied", "off | any | CASE…", arity: 1...9) { directive, compiler throws(Diagnostic) in
            var proxied: CompressionSettings.Proxied = []
            for argument in directive.arguments {
                proxied.formUnion(proxiedCases[try directive.choice(argument, proxiedNames)])
            }
            compiler.settings.compression.proxied = proxied
        },
        DirectiveRow("gzip_types", "TYPE…", arity: 1...200) { directive, compiler throws(Diagnostic) in
            let types = directive.arguments.map(\.text)
            compiler.settings.compression.types =
                types.contains("*")
                ? .all : .list(types.map { ByteString($0.bytes.map(ASCII.lowercased)) }.filter { $0 != "text/html" })
        },
        onOff("gzip_vary", \.compression.varies),
    ]

    private static let proxiedNames = [
        "off", "expired", "no-cache", "no-store", "private", "no_last_modified", "no_etag", "auth", "any",
    ]

    private static let proxiedCases: [CompressionSettings.Proxied] = [
        [], .expired, .noCache, .noStore, .isPrivate, .noLastModified, .noETag, .authorized, .any,
    ]
}
