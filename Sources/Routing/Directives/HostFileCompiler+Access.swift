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

    /// `auth_basic_user_file PATH`.
    mutating func setPasswordFile(_ directive: Directive) throws(Diagnostic) {
        settings.passwordFile = try path(directive.arguments[0], of: directive)
        level.passwordFilePlace = .file(directive.file, directive.name.position)
    }
}
