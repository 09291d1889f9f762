package import Bytes

/// What directives say of requests to FastCGI applications; nothing where they say nothing.
package struct FastCGIDirectives: Hashable, Sendable {
    /// `fastcgi_index`.
    package var index: ByteString?
    /// `fastcgi_param`; one level's take the place of those around it.
    package var parameters: [FastCGISettings.Parameter] = []
    /// `fastcgi_connect_timeout`.
    package var connectTimeout: Duration?
    /// `fastcgi_send_timeout`.
    package var sendTimeout: Duration?
    /// `fastcgi_read_timeout`.
    package var readTimeout: Duration?

    /// Nothing.
    package init() {}

    /// Lays these over those of the level around.
    func apply(to outer: inout FastCGIDirectives) {
        if let index { outer.index = index }
        if !parameters.isEmpty { outer.parameters = parameters }
        if let connectTimeout { outer.connectTimeout = connectTimeout }
        if let sendTimeout { outer.sendTimeout = sendTimeout }
        if let readTimeout { outer.readTimeout = readTimeout }
    }
}

extension Location {
    /// Has its backends asked by FastCGI, as its directives say beside `settings`; those for HTTP do not count then.
    mutating func setFastCGI(_ asked: FastCGISettings) {
        let said = settings.fastCGI
        var asked = asked
        asked.index = said.index ?? asked.index
        asked.parameters = said.parameters
        fastCGI = asked
        let usual = LocationSettings()
        settings.connectTimeout = said.connectTimeout ?? usual.connectTimeout
        settings.sendTimeout = said.sendTimeout ?? usual.sendTimeout
        settings.readTimeout = said.readTimeout ?? usual.readTimeout
    }
}
