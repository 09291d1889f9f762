internal import Routing

extension RoutingSettings {
    /// The settings of nginx-proxy's environment variables; its defaults where they are not set.
    ///
    /// - Throws: `SettingsError` for the first value that cannot be used.
    init(_ environment: Environment) throws(SettingsError) {
        self.init()
        let method = try environment.word("HTTPS_METHOD", of: HTTPSMethod.allCases.map(\.rawValue))
        httpsMethod = method.flatMap { HTTPSMethod(rawValue: $0) } ?? httpsMethod
        hsts = environment["HSTS"] ?? hsts
        tlsPolicy = environment["SSL_POLICY"] ?? tlsPolicy
        speaksHTTP2 = try environment.flag("ENABLE_HTTP2") ?? speaksHTTP2
        let redirect = try environment.word("NON_GET_REDIRECT", of: ["301", "307", "308"])
        nonGetRedirect = redirect.flatMap { Int($0) } ?? nonGetRedirect
        defaultHost = environment["DEFAULT_HOST"] ?? defaultHost
        defaultRoot = environment["DEFAULT_ROOT"] ?? defaultRoot
        servesHTTPWithoutCertificate =
            try environment.flag("ENABLE_HTTP_ON_MISSING_CERT") ?? servesHTTPWithoutCertificate
        trustsDefaultCertificate = try environment.flag("TRUST_DEFAULT_CERT") ?? trustsDefaultCertificate
        let mode = try environment.word("ACME_HTTP_CHALLENGE_LOCATION", of: ChallengeMode.allCases.map(\.rawValue))
        challenges = mode.flatMap { ChallengeMode(rawValue: $0) } ?? challenges
        showsDebugEndpoint = try environment.flag("DEBUG_ENDPOINT") ?? false
        debugGlobals = environment.debugGlobals
        prefersIPv6 = try environment.flag("PREFER_IPV6_NETWORK") ?? prefersIPv6
        ignoresHealth = try environment.word("HEALTH", of: ["ignore", "respect"]) == "ignore"
    }
}
