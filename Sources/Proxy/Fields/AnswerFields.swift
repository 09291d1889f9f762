internal import Bytes
internal import HTTP
internal import Routing

/// What a location does to the fields of answers, made ready for one worker.
final class AnswerFields {
    /// How Location and Refresh are changed; the first that fits. Made when the first of them comes.
    private(set) lazy var redirects = ContiguousArray(
        rules.compactMap { rule in rule == .implicit ? route?.implicitRule : rule })
    /// Whether fields of backends are left out that mostly are not, or the reverse.
    let filters: Bool
    /// How long answers may be kept.
    let expiry: Expiry?
    private let hidden: ContiguousArray<ByteString>
    private let passed: ContiguousArray<ByteString>
    private let rules: [RedirectRule]
    private let route: Route?

    /// Where requests of the location go.
    private struct Route {
        let isTLS: Bool
        let host: ByteString
        let destination: ByteString?
        let base: ByteString?

        /// The address in `proxy_pass`, which becomes the path of the location where it holds a path, else `/` (nginx:
        /// `proxy_redirect default`).
        var implicitRule: RedirectRule {
            let scheme: ByteString = isTLS ? "https://" : "http://"
            let address = ByteString(scheme.bytes + host.bytes + (destination ?? "/").bytes)
            let base = destination == nil ? "/" : base ?? "/"
            return .beginning(Template(literal: address), Template(literal: base))
        }
    }

    /// Those of a location.
    init(_ location: Location) {
        let settings = location.settings.answers
        rules = settings.redirects
        // An address that holds variables cannot be found in the answer.
        let upstream = location.target == nil ? location.upstream : nil
        route = upstream.map { upstream in
            Route(
                isTLS: upstream.tls != nil, host: upstream.host, destination: location.destination,
                base: location.base ?? location.match.path)
        }
        hidden = ContiguousArray(settings.hiddenFields)
        passed = ContiguousArray(settings.passedFields)
        filters = !hidden.isEmpty || !passed.isEmpty
        expiry = settings.expiry
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
