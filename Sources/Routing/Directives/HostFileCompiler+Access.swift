internal import Bytes

extension HostFileCompiler {
    /// `allow WHO` or `deny WHO`.
    mutating func addAccessRule(_ directive: Directive, allows: Bool) throws(Diagnostic) {
        let who = directive.arguments[0]
        let clients: AccessRule.Clients
        switch who.text.text {
        case "all":
            clients = .all
        case "unix:":
            clients = .unixSocket
        case let text:
            guard let network = IPNetwork(text) else {
                throw directive.error(
                    who, "\(Quoted(who.text)) is neither an address nor a network",
                    hint: "write 192.0.2.7, 192.0.2.0/24, 2001:db8::/32, unix: or all")
            }
            if let address = IPAddress(String(text.prefix { $0 != "/" })), address != network.base {
                let message = "the part of \(text) behind its first \(network.prefixLength) bits has no meaning"
                report(directive.diagnostic(.warning, who, message, hint: "write \(network)"))
            }
            clients = .network(network)
        }
        settings.accessRules.append(AccessRule(allows: allows, clients: clients))
    }

    /// `auth_basic REALM` or `auth_basic off`.
    mutating func setRealm(_ directive: Directive) throws(Diagnostic) {
        let realm = directive.arguments[0]
        let isOff = realm.text == "off"
        settings.realm = isOff ? .off : .text(try directive.fieldValue(realm))
        level.realmPlace = .file(directive.file, directive.name.position)
    }

    /// `auth_request PATH` or `auth_request off`.
    mutating func setAuthorization(_ directive: Directive) throws(Diagnostic) {
        let path = directive.arguments[0]
        guard path.text != "off" else { return settings.authorization = .off }
        guard path.text.bytes.first == ASCII.slash, path.text.bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw directive.error(
                path, "\(Quoted(path.text)) is no path that begins with /",
                hint: "write the path of a location of this host, such as /auth, or off")
        }
        guard !path.text.bytes.contains(where: { $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "?") }) else {
            throw directive.error(
                path, "the path of auth_request has neither variables nor a query, as in nginx",
                hint: "pass on what the location needs with proxy_set_header there")
        }
        settings.authorization = .path(path.text)
    }

    /// `auth_request_set $NAME VALUE`.
    mutating func addAuthorizationAssignment(_ directive: Directive) throws(Diagnostic) {
        let name = try ownVariable(directive)
        guard Variable(name: name.text) == nil else {
            throw directive.error(
                directive.arguments[0], "$\(name) is Portico's own variable, which cannot be set",
                hint: "give your variable another name")
        }
        guard settings.authorizationAssignments.count < Self.mostAssignments else {
            throw directive.error(directive.name, "there are more than \(Self.mostAssignments) of them")
        }
        settings.authorizationAssignments.append(
            .init(name: name, value: try directive.template(directive.arguments[1])))
    }

    private static var mostAssignments: Int { 100 }

    /// `auth_basic_user_file PATH`.
    mutating func setPasswordFile(_ directive: Directive) throws(Diagnostic) {
        settings.passwordFile = try path(directive.arguments[0], of: directive)
        level.passwordFilePlace = .file(directive.file, directive.name.position)
    }
}
