extension TLSPolicy {
    /// Mozilla's intermediate configuration, nginx-proxy's default: forward secrecy and authenticated encryption only.
    package static let mozillaIntermediate = TLSPolicy(
        "Mozilla-Intermediate", .tls12, .tls13, [.ecdheGCM, .ecdheChaCha, .dheAEAD], prefersServerOrder: false)

    /// Every policy that `SSL_POLICY` may name: Mozilla's, and those of Amazon's load balancers.
    package static let all: [TLSPolicy] = [
        TLSPolicy("Mozilla-Modern", .tls13, .tls13, [], prefersServerOrder: false),
        mozillaIntermediate,
        TLSPolicy(
            "Mozilla-Old", .tls10, .tls13,
            [.ecdheGCM, .ecdheChaCha, .dheAEAD, .ecdheCBC, .ecdheSHA1, .rsa, .rsaSHA1, .dheCBC, .tripleDES]),
        TLSPolicy("AWS-TLS13-1-3-2021-06", .tls13, .tls13, []),
        TLSPolicy("AWS-TLS13-1-2-2021-06", .tls12, .tls13, [.ecdheGCM, .ecdheCBC]),
        TLSPolicy("AWS-TLS13-1-2-Res-2021-06", .tls12, .tls13, [.ecdheGCM]),
        TLSPolicy("AWS-TLS13-1-2-Ext1-2021-06", .tls12, .tls13, [.ecdheGCM, .ecdheCBC, .rsa]),
        TLSPolicy("AWS-TLS13-1-2-Ext2-2021-06", .tls12, .tls13, amazon),
        TLSPolicy("AWS-TLS13-1-1-2021-06", .tls11, .tls13, amazon),
        TLSPolicy("AWS-TLS13-1-0-2021-06", .tls10, .tls13, amazon),
        TLSPolicy("AWS-FS-1-2-Res-2020-10", .tls12, .tls12, [.ecdheGCM]),
        TLSPolicy("AWS-FS-1-2-Res-2019-08", .tls12, .tls12, [.ecdheGCM, .ecdheCBC]),
        TLSPolicy("AWS-FS-1-2-2019-08", .tls12, .tls12, [.ecdheGCM, .ecdheCBC, .ecdheSHA1]),
        TLSPolicy("AWS-FS-1-1-2019-08", .tls11, .tls12, [.ecdheGCM, .ecdheCBC, .ecdheSHA1]),
        TLSPolicy("AWS-FS-2018-06", .tls10, .tls12, [.ecdheGCM, .ecdheCBC, .ecdheSHA1]),
        TLSPolicy("AWS-TLS-1-2-Ext-2018-06", .tls12, .tls12, amazon),
        TLSPolicy("AWS-TLS-1-2-2017-01", .tls12, .tls12, [.ecdheGCM, .ecdheCBC, .rsa]),
        TLSPolicy("AWS-TLS-1-1-2017-01", .tls11, .tls12, amazon),
        TLSPolicy("AWS-2016-08", .tls10, .tls12, amazon),
        TLSPolicy("AWS-2015-05", .tls10, .tls12, amazon + [.tripleDES]),
        TLSPolicy("AWS-2015-03", .tls10, .tls12, amazon + [.tripleDES, .dheSHA1]),
        TLSPolicy("AWS-2015-02", .tls10, .tls12, amazon + [.dheSHA1]),
    ]

    private static let amazon: [CipherGroup] = [.ecdheGCM, .ecdheCBC, .ecdheSHA1, .rsa, .rsaSHA1]
}
