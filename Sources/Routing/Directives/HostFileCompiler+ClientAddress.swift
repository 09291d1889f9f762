internal import Bytes

extension HostFileCompiler {
    /// `set_real_ip_from WHOM`.
    mutating func addTrustedAddress(_ directive: Directive) throws(Diagnostic) {
        let who = directive.arguments[0]
        // Clients come over TCP alone.
        if who.text == "unix:" { return }
        guard let network = IPNetwork(who.text.text) else {
            throw directive.error(
                who, "\(Quoted(who.text)) is neither an address nor a network",
                hint: "write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32")
        }
        settings.trustedAddresses.append(network)
    }

    /// `real_ip_header FIELD` or `real_ip_header proxy_protocol`.
    mutating func setClientAddressField(_ directive: Directive) throws(Diagnostic) {
        let name = directive.arguments[0]
        guard !name.text.isEmpty, name.text.bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != ASCII.colon }) else {
            throw directive.error(name, "\(Quoted(name.text)) cannot be the name of a field")
        }
        settings.clientAddressField = name.text == "proxy_protocol" ? .proxyHeader : .field(name.text)
    }
}
