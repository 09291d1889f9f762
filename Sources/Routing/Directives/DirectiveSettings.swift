internal import Bytes
internal import HTTP

/// What the directives of one level set, and nothing where they set nothing, so that levels can be laid over each other.
struct DirectiveSettings: Hashable, Sendable {
    /// Bytes, 0 for no limit.
    var maxBodySize: Int?
    var connectTimeout: Duration?
    var sendTimeout: Duration?
    var readTimeout: Duration?
    var fastCGI = FastCGIDirectives()
    var grpc = GRPCDirectives()
    var clientHeaderTimeout: Duration?
    var clientBodyTimeout: Duration?
    var clientSendTimeout: Duration?
    var keepalive: Keepalive?
    var realm: Realm?
    var passwordFile: String?
    var accessRules: [AccessRule] = []
    var authorization: Authorization?
    var authorizationAssignments: [AuthorizationRequest.Assignment] = []
    var satisfy: LocationSettings.Satisfy?
    var limits = LimitDirectives()
    var rate: Int?
    var rateAfter: Int?
    var backendRate: Int?
    var heedsBackendRate: Bool?
    var compression = CompressionDirectives()
    var nextConditions: NextUpstream.Conditions?
    var nextTries: Int?
    var nextTimeout: Duration?
    var keepaliveRequests: Int?
    var passesRequestBody: Bool?
    var passesRequestFields: Bool?
    var addedHeaders: [AddedHeader] = []
    var requestHeaders: [RequestHeader]?
    /// Whether these set Upgrade, and Connection, to what asks a backend for another protocol.
    var setsUpgrade = false
    var setsUpgradingConnection = false
    var accessLogging: AccessLogging?
    var fileBase: StaticFiles.Base?
    var index: [Template]?
    var mediaTypes: MediaTypes?
    var defaultType: ByteString?
    var sendsETag: Bool?
    var timeComparison: ConditionalRequest.TimeComparison?
    /// Holds for its own level alone.
    var fileAttempts: FileAttempts?
    var serverTokens: Bool?
    var trustedAddresses: [IPNetwork] = []
    var clientAddressField: ClientAddressField?
    var findsClientRecursively: Bool?
    var answers = AnswerDirectives()

    /// The argument of `real_ip_header`.
    enum ClientAddressField: Hashable, Sendable {
        case field(ByteString)
        case proxyHeader
    }

    /// The two arguments of `keepalive_timeout`.
    struct Keepalive: Hashable, Sendable {
        var timeout: Duration
        var advice: Int?
    }

    /// The argument of `auth_basic`.
    enum Realm: Hashable, Sendable {
        case off
        case text(Template)
    }

    /// The argument of `auth_request`.
    enum Authorization: Hashable, Sendable {
        case off
        case path(ByteString)
    }

    /// These settings laid over those of the level around it: what is set here replaces what is set there, lists whole.
    ///
    /// Authentication is left to the builder, which knows the files that protect a host by their name.
    func applied(to outer: LocationSettings) -> LocationSettings {
        var result = outer
        if let maxBodySize { result.maxBodySize = maxBodySize == 0 ? nil : maxBodySize }
        if let connectTimeout { result.connectTimeout = connectTimeout }
        if let sendTimeout { result.sendTimeout = sendTimeout }
        if let readTimeout { result.readTimeout = readTimeout }
        fastCGI.apply(to: &result.fastCGI)
        grpc.apply(to: &result.grpc)
        if let clientHeaderTimeout { result.clientHeaderTimeout = clientHeaderTimeout }
        if let clientBodyTimeout { result.clientBodyTimeout = clientBodyTimeout }
        if let clientSendTimeout { result.clientSendTimeout = clientSendTimeout }
        if let keepalive {
            result.keepaliveTimeout = keepalive.timeout
            result.keepaliveAdvice = keepalive.advice
        }
        if !accessRules.isEmpty { result.accessRules = accessRules }
        switch authorization {
        case .off: result.authorization.path = nil
        case .path(let path): result.authorization.path = path
        case nil: break
        }
        if !authorizationAssignments.isEmpty { result.authorization.assignments = authorizationAssignments }
        if let satisfy { result.satisfy = satisfy }
        result.limits = limits.applied(to: result.limits)
        if let rate { result.rates.client = rate }
        if let rateAfter { result.rates.after = rateAfter }
        if let backendRate { result.rates.backend = backendRate }
        if let heedsBackendRate { result.rates.heedsBackend = heedsBackendRate }
        result.compression = compression.applied(to: result.compression)
        if let nextConditions { result.nextUpstream.conditions = nextConditions }
        if let nextTries { result.nextUpstream.tries = nextTries }
        if let nextTimeout { result.nextUpstream.timeout = nextTimeout }
        if let keepaliveRequests { result.keepaliveRequests = keepaliveRequests }
        if let passesRequestBody { result.passesRequestBody = passesRequestBody }
        if let passesRequestFields { result.passesRequestFields = passesRequestFields }
        if !addedHeaders.isEmpty { result.addedHeaders = addedHeaders }
        if let requestHeaders {
            result.requestHeaders = Self.completed(requestHeaders)
            result.passesUpgrade = setsUpgrade && setsUpgradingConnection
        }
        apply(to: &result.files)
        if let accessLogging { result.accessLogging = accessLogging }
        if let serverTokens { result.serverTokens = serverTokens }
        if !trustedAddresses.isEmpty { result.clientAddress.trusted = trustedAddresses }
        switch clientAddressField {
        case .field(let name): result.clientAddress.field = name
        case .proxyHeader: result.clientAddress.field = nil
        case nil: break
        }
        result.answers = answers.applied(to: result.answers)
        if let findsClientRecursively { result.clientAddress.isRecursive = findsClientRecursively }
        return result
    }

    private func apply(to files: inout StaticFiles) {
        if let fileBase { files.base = fileBase }
        if let index { files.index = index }
        if let mediaTypes { files.types = mediaTypes }
        if let defaultType { files.defaultType = defaultType }
        if let sendsETag { files.sendsETag = sendsETag }
        if let timeComparison { files.timeComparison = timeComparison }
        files.attempts = fileAttempts
    }

    /// nginx sends `Host: $proxy_host` beside its own fields where no `proxy_set_header`, or its like, names Host.
    static func completed(_ headers: [RequestHeader]) -> [RequestHeader] {
        let namesHost = headers.contains { header in
            header.name.withBytes { ASCII.equalsIgnoringCase($0, "host") }
        }
        let host = RequestHeader(name: "Host", value: Template(pieces: [.variable(.proxyHost)]))
        return namesHost ? headers : [host] + headers
    }
}
