internal import Bytes

extension HostFileCompiler {
    /// `fastcgi_pass ADDRESS` of a location.
    mutating func setFastCGIPass(_ directive: Directive) throws(Diagnostic) {
        let argument = directive.arguments[0]
        guard openMatch != nil else {
            throw directive.error(
                directive.name, "the location of this file passes its requests to containers already",
                hint: "write the whole location in a file whose name ends in _location_override")
        }
        guard !argument.text.text.hasPrefix("unix:"), let (host, port) = ServerAddress.parse(argument.text.bytes[...])
        else {
            throw directive.error(
                argument, "\(Quoted(argument.text)) is not an address of a FastCGI application",
                hint: "write fastcgi_pass HOST:PORT; or the name of an upstream")
        }
        let place = Diagnostic.Place.file(directive.file, argument.position)
        let server = StaticServer(host: host, port: port ?? 9000, file: directive.file, position: argument.position)
        let pass = ProxyPass(
            server: server, shownHost: argument.text, hasPort: port != nil, isTLS: false, protocol: .fastCGI)
        level.pass = LocationPass(candidates: [.init(text: argument.text, pass: pass, path: "")], place: place)
    }

    /// `fastcgi_param NAME VALUE [if_not_empty]`.
    mutating func addFastCGIParameter(_ directive: Directive) throws(Diagnostic) {
        let name = directive.arguments[0]
        guard !name.text.isEmpty, name.text.bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw directive.error(name, "\(Quoted(name.text)) cannot be the name of a parameter")
        }
        let isOptional = directive.arguments.count == 3
        if isOptional { _ = try directive.choice(directive.arguments[2], ["if_not_empty"]) }
        guard level.settings.fastCGI.parameters.count < Self.mostParameters else {
            throw directive.error(directive.name, "more than \(Self.mostParameters) parameters are set")
        }
        // Of two with one name most applications see the last.
        level.settings.fastCGI.parameters.removeAll { $0.name == name.text }
        level.settings.fastCGI.parameters.append(
            .init(name: name.text, value: try directive.template(directive.arguments[1]), isOptional: isOptional))
    }

    /// Whether a file is one of those that nginx has beside its configuration to include in FastCGI locations. What is in
    /// them is sent without them.
    static func isStandardParameters(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        return name == "fastcgi_params" || name == "fastcgi.conf"
    }

    private static let mostParameters = 200
}
