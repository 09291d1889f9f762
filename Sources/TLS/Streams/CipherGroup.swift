/// Ciphers of TLS 1.2 and older that policies take or leave together, by OpenSSL's names (openssl-ciphers(1)).
enum CipherGroup: Sendable {
    /// ECDHE with AES-GCM.
    case ecdheGCM
    /// ECDHE with ChaCha20-Poly1305.
    case ecdheChaCha
    /// Finite-field DHE with authenticated encryption.
    case dheAEAD
    /// ECDHE with AES-CBC and SHA-2.
    case ecdheCBC
    /// ECDHE with AES-CBC and SHA-1.
    case ecdheSHA1
    /// Keys sent under RSA, with AES-GCM, or AES-CBC and SHA-2: no forward secrecy.
    case rsa
    /// Keys sent under RSA, with AES-CBC and SHA-1.
    case rsaSHA1
    /// Finite-field DHE with AES-CBC and SHA-2.
    case dheCBC
    /// Finite-field DHE with AES-128-CBC and SHA-1, for RSA and DSS certificates.
    case dheSHA1
    /// Triple DES, for clients of the last century.
    case tripleDES

    /// The names of the ciphers, the preferred one first.
    var names: [String] {
        switch self {
        case .ecdheGCM:
            [
                "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                "ECDHE-RSA-AES256-GCM-SHA384",
            ]
        case .ecdheChaCha: ["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"]
        case .dheAEAD:
            ["DHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES256-GCM-SHA384", "DHE-RSA-CHACHA20-POLY1305"]
        case .ecdheCBC:
            [
                "ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384",
                "ECDHE-RSA-AES256-SHA384",
            ]
        case .ecdheSHA1:
            ["ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES256-SHA"]
        case .rsa: ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA256", "AES256-SHA256"]
        case .rsaSHA1: ["AES128-SHA", "AES256-SHA"]
        case .dheCBC: ["DHE-RSA-AES128-SHA256", "DHE-RSA-AES256-SHA256"]
        case .dheSHA1: ["DHE-RSA-AES128-SHA", "DHE-DSS-AES128-SHA"]
        case .tripleDES: ["DES-CBC3-SHA"]
        }
    }
}
