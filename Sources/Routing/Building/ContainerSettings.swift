internal import Bytes

/// What the containers of one host say about the host as a whole; the oldest that says something decides.
struct ContainerSettings {
    /// `HTTPS_METHOD`.
    private(set) var httpsMethod: HTTPSMethod?
    /// `CERT_NAME`; an empty text where one was given that cannot name a pair.
    private(set) var certificate: String?
    /// `HSTS`.
    private(set) var hsts: String?
    /// `ENABLE_HTTP_ON_MISSING_CERT`.
    private(set) var servesHTTPWithoutCertificate: Bool?
    /// `TRUST_DEFAULT_CERT`.
    private(set) var trustsDefaultCertificate: Bool?
    /// `NON_GET_REDIRECT`.
    private(set) var nonGetRedirect: Int?
    /// `SSL_POLICY`.
    private(set) var tlsPolicy: String?
    /// The label `http2.enable`.
    private(set) var speaksHTTP2: Bool?
    /// The label `ssl_verify_client`; `on` where one was given that cannot be understood.
    private(set) var clientDemand: ClientCertificateRule.Demand?
    /// `ACME_HTTP_CHALLENGE_LOCATION`.
    private(set) var challenges: ChallengeMode?
    /// `SERVER_TOKENS`.
    private(set) var showsServerTokens: Bool?
    /// The label `debug-endpoint`.
    private(set) var showsDebugEndpoint: Bool?
    /// What was found wrong.
    let diagnostics: [Diagnostic]

    /// Reads the variables of the containers of `host`, which come oldest first.
    ///
    /// - Parameter policies: the policies of TLS that can be followed.
    init(_ containers: [Container], host: String, policies: Set<String>) {
        var choice = ContainerChoice(containers, host: host)
        httpsMethod = choice.value("HTTPS_METHOD", expecting: "redirect, noredirect, nohttp or nohttps") {
            HTTPSMethod(rawValue: $0)
        }
        certificate = choice.value("CERT_NAME", expecting: "the name of a pair without / and ..") {
            Self.isFileName($0) ? $0 : nil
        }
        if certificate == nil, containers.contains(where: { $0.value("CERT_NAME") != nil }) { certificate = "" }
        hsts = choice.value("HSTS", expecting: "off or a value such as max-age=31536000") {
            FieldText.isValid($0) ? $0 : nil
        }
        servesHTTPWithoutCertificate = choice.value("ENABLE_HTTP_ON_MISSING_CERT", expecting: "true or false") {
            Self.bool($0)
        }
        trustsDefaultCertificate = choice.value("TRUST_DEFAULT_CERT", expecting: "true or false") { Self.bool($0) }
        nonGetRedirect = choice.value("NON_GET_REDIRECT", expecting: "301, 307 or 308") {
            ["301": 301, "307": 307, "308": 308][$0]
        }
        tlsPolicy = choice.value("SSL_POLICY", expecting: "one of \(policies.sorted().joined(separator: ", "))") {
            policies.contains($0) ? $0 : nil
        }
        let demand: (Container) -> String? = { $0.label("ssl_verify_client") ?? $0.value("SSL_VERIFY_CLIENT") }
        clientDemand = choice.value("ssl_verify_client", of: demand) { text throws(Diagnostic) in
            guard let demand = ClientCertificateRule.Demand(rawValue: text.lowercased()) else {
                throw Diagnostic(
                    .error, at: .setting("ssl_verify_client"), "\(Quoted(text)) cannot be used, and counts as on",
                    hint: "write on, optional, optional_no_ca or off")
            }
            return demand
        }
        if clientDemand == nil, containers.contains(where: { demand($0) != nil }) { clientDemand = .on }
        speaksHTTP2 = choice.value("http2.enable", of: { $0.label("http2.enable") }) { text throws(Diagnostic) in
            guard let value = Self.bool(text) else {
                throw Diagnostic(
                    .error, at: .setting("http2.enable"), "\(Quoted(text)) cannot be used",
                    hint: "write true or false")
            }
            return value
        }
        challenges = choice.value("ACME_HTTP_CHALLENGE_LOCATION", expecting: "true, false or legacy") {
            ChallengeMode(rawValue: $0.lowercased())
        }
        showsServerTokens = choice.value("SERVER_TOKENS", expecting: "on, off or build") {
            ["on": true, "build": true, "off": false][$0]
        }
        showsDebugEndpoint = choice.value("DEBUG_ENDPOINT", expecting: "true or false") { Self.bool($0) }
        diagnostics = choice.diagnostics
    }

    /// Whether the text can stand for a file in a folder without leading out of it.
    private static func isFileName(_ text: String) -> Bool {
        !text.hasPrefix(".") && text.utf8.count <= 250
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != ASCII.slash } && !text.contains("..")
    }

    private static func bool(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "1", "t": true
        case "false", "0", "f": false
        default: nil
        }
    }
}

/// Text from outside that is to become the value of a field.
enum FieldText {
    /// Whether it holds no control byte but tabs.
    static func isValid(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == ASCII.tab }
    }
}
