internal import Bytes

extension HostFileCompiler {
    /// `proxy_ssl_name NAME`: the name that backends over TLS are asked for.
    mutating func setBackendName(_ directive: Directive) throws(Diagnostic) {
        let argument = directive.arguments[0]
        // Those variables stand for the host's own name, which is asked for anyway.
        guard !["$host", "$http_host", "$server_name", "$ssl_server_name"].contains(argument.text.text) else { return }
        guard case .name(let name)? = ServerAddress.parse(argument.text.bytes[...])?.host else {
            throw directive.error(argument, "\(Quoted(argument.text)) is not a name", hint: "write the name itself")
        }
        file.backendName = ByteString(name)
    }

    /// `proxy_ssl_verify on` or `off`.
    mutating func setBackendVerification(_ directive: Directive) throws(Diagnostic) {
        let isOn = try directive.choice(directive.arguments[0], ["on", "off"]) == 0
        verification = isOn ? directive : nil
    }

    /// `proxy_ssl_trusted_certificate PATH`: the authorities of backends over TLS.
    mutating func setBackendAuthorities(_ directive: Directive) throws(Diagnostic) {
        authorities = try path(directive.arguments[0], of: directive)
    }

    /// Verifies with the authorities that the file names, where it asks for it.
    mutating func resolveBackendTLS() {
        guard let verification else { return }
        guard authorities != nil else {
            return report(
                verification.error(
                    verification.name, "proxy_ssl_verify needs to know whom to trust",
                    hint: "add proxy_ssl_trusted_certificate PATH;"))
        }
        file.backendAuthorities = authorities
    }
}
