internal import Bytes

extension HostFileCompiler {
    /// `http2 on` or `off`.
    mutating func setHTTP2(_ directive: Directive) throws(Diagnostic) {
        file.speaksHTTP2 = try directive.choice(directive.arguments[0], ["on", "off"]) == 0
    }

    /// `ssl_verify_client on`, `optional`, `optional_no_ca` or `off`.
    mutating func setClientDemand(_ directive: Directive) throws(Diagnostic) {
        let demands = ClientCertificateRule.Demand.allCases
        let index = try directive.choice(directive.arguments[0], demands.map(\.rawValue))
        file.clientDemand = demands[index]
    }

    /// `ssl_client_certificate PATH`: the authorities of clients' certificates.
    mutating func setClientAuthorities(_ directive: Directive) throws(Diagnostic) {
        file.clientAuthorities = try path(directive.arguments[0], of: directive)
    }

    /// `ssl_verify_depth NUMBER`: how many authorities may stand between a client and one that is known.
    mutating func setClientDepth(_ directive: Directive) throws(Diagnostic) {
        file.clientDepth = min(try directive.number(directive.arguments[0]), 100)
    }

    /// `ssl_crl PATH`: what those authorities have taken back.
    mutating func setClientRevocations(_ directive: Directive) throws(Diagnostic) {
        file.clientRevocations = try path(directive.arguments[0], of: directive)
    }
}
