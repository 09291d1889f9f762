internal import Bytes
internal import HTTP
internal import Routing

/// What a location does to the fields of answers, made ready for one worker.
final class AnswerFields {
    /// How Location and Refresh are changed; the first that fits.
    let redirects: ContiguousArray<RedirectRule>
    /// Whether fields of backends are left out that mostly are not, or the reverse.
    let filters: Bool
    /// How long answers may be kept.
    let expiry: Expiry?
    private let hidden: ContiguousArray<ByteString>
    private let passed: ContiguousArray<ByteString>

    /// Those of a location.
    init(_ location: Location) {
        let settings = location.settings.answers
        redirects = ContiguousArray(
            settings.redirects.compactMap { rule in rule == .implicit ? Self.implicitRule(of: location) : rule })
        hidden = ContiguousArray(settings.hiddenFields)
        passed = ContiguousArray(settings.passedFields)
        filters = !hidden.isEmpty || !passed.isEmpty
        expiry = settings.expiry
    }

    /// The address in `proxy_pass`, which becomes the path of the location where it holds a path, else `/` (nginx:
    /// `proxy_redirect default`); nil where it holds variables.
    private static func implicitRule(of location: Location) -> RedirectRule? {
        guard let upstream = location.upstream, location.target == nil else { return nil }
        let scheme: ByteString = upstream.tls == nil ? "http://" : "https://"
        let path = location.destination ?? "/"
        let address = ByteString(scheme.bytes + upstream.host.bytes + path.bytes)
        let base = location.destination == nil ? "/" : location.base ?? location.match.path ?? "/"
        return .beginning(Template(literal: address), Template(literal: base))
    }

    /// Whether a field of a backend is left out (`proxy_hide_header`).
    func hides(_ name: UnsafeRawBufferPointer) -> Bool {
        hidden.contains { hidden in hidden.withBytes { ASCII.equalsIgnoringCase($0, name) } }
    }

    /// Whether a field of a backend is passed on in any case (`proxy_pass_header`).
    func passes(_ name: UnsafeRawBufferPointer) -> Bool {
        passed.contains { passed in passed.withBytes { ASCII.equalsIgnoringCase($0, name) } }
    }

    /// Whether a field of a backend stays out because `expires` says the same.
    func replaces(_ name: FieldName, onStatus status: Int) -> Bool {
        expiry != nil && (name == .expires || name == .cacheControl) && AddedHeader.standardApplies(toStatus: status)
    }
}
