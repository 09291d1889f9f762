internal import Bytes

extension SnapshotBuilder {
    /// The certificate of a site (CONTRACT §1.4); one that is asked for and missing is reported.
    mutating func certificate(
        for site: Site, asked: ContainerSettings
    ) -> (name: String, source: CertificateSource)? {
        guard let pattern = site.patterns.first else { return nil }
        let pair = CertificateChoice.pair(
            for: pattern, asked: asked.certificate, available: inputs.certificateNames,
            trustsDefault: asked.trustsDefaultCertificate ?? inputs.settings.trustsDefaultCertificate)
        if pair == nil, let wanted = asked.certificate, let container = site.containers.first {
            diagnostics.append(
                Diagnostic(
                    .warning, at: .container(container.name, variable: "CERT_NAME"),
                    "\(site.name.text) has no https: there is no usable pair \(Quoted(wanted))"))
        }
        return pair
    }

    /// How a site treats the two schemes: without a certificate http is served where it may be.
    ///
    /// A host whose clients must show a certificate is never served without one for want of its own.
    func httpsMethod(
        _ asked: ContainerSettings, hasCertificate: Bool, clients: ClientCertificateRule?
    ) -> HTTPSMethod {
        let method = asked.httpsMethod ?? inputs.settings.httpsMethod
        let isLenient = asked.servesHTTPWithoutCertificate ?? inputs.settings.servesHTTPWithoutCertificate
        guard !hasCertificate, isLenient, clients?.demand != .on, method == .redirect || method == .nohttp else {
            return method
        }
        return .noredirect
    }

    /// The value of Strict-Transport-Security: only where https is served and http does not stand beside it.
    func hsts(_ asked: ContainerSettings, method: HTTPSMethod, hasCertificate: Bool) -> ByteString? {
        let value = asked.hsts ?? inputs.settings.hsts
        guard hasCertificate, method == .redirect || method == .nohttp, value != "off", !value.isEmpty,
            FieldText.isValid(value)
        else { return nil }
        return ByteString(value)
    }
}
