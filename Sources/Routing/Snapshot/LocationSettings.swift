/// What the directives of a location come to, with nginx's defaults where nothing was set.
package struct LocationSettings: Hashable, Sendable {
    /// The largest request body in bytes; nil for no limit (`client_max_body_size`, default 1m, 0 = no limit).
    package var maxBodySize: Int? = 1 << 20
    /// How long connecting to a backend may take (`proxy_connect_timeout`).
    package var connectTimeout: Duration = .seconds(60)
    /// The longest pause between two writes to the backend (`proxy_send_timeout`).
    package var sendTimeout: Duration = .seconds(60)
    /// The longest pause between two reads from the backend (`proxy_read_timeout`).
    package var readTimeout: Duration = .seconds(60)
    /// What is said of requests to FastCGI applications.
    package var fastCGI = FastCGIDirectives()
    /// What is said of requests to backends that speak HTTP/2.
    package var grpc = GRPCDirectives()
    /// How long the head of a request may take (`client_header_timeout`).
    package var clientHeaderTimeout: Duration = .seconds(60)
    /// The longest pause between two reads of a request's body (`client_body_timeout`).
    package var clientBodyTimeout: Duration = .seconds(60)
    /// The longest pause between two writes to the client (`send_timeout`).
    package var clientSendTimeout: Duration = .seconds(60)
    /// How long an idle connection of a client is kept; zero closes it after each answer (`keepalive_timeout`).
    package var keepaliveTimeout: Duration = .seconds(75)
    /// The seconds for the answer's `Keep-Alive: timeout=`; nil where it is not sent (`keepalive_timeout`'s second argument).
    package var keepaliveAdvice: Int?
    /// Which proxies in front name the client in a field (`set_real_ip_from`, `real_ip_header`, `real_ip_recursive`).
    package var clientAddress = ClientAddressRule()
    /// Who may pass by password; nil where none is asked for (`auth_basic`, `auth_basic_user_file`).
    package var authentication: Authentication?
    /// Who may pass by address: the first rule that matches decides, none that matches lets pass (`allow`, `deny`).
    package var accessRules: [AccessRule] = []
    /// Which other location is asked whether a request may pass (`auth_request`).
    package var authorization = AuthorizationRequest()
    /// Whether all checks of who may come in must pass, or one is enough (`satisfy`).
    package var satisfy: Satisfy = .all
    /// Fields for the answer, in the order written (`add_header`).
    package var addedHeaders: [AddedHeader] = []
    /// The fields that replace the default set of the forwarded request; nil for that default set (`proxy_set_header`).
    ///
    /// As in nginx one such directive replaces the whole set; `Host $proxy_host` is in this list where none set Host.
    package var requestHeaders: [RequestHeader]?
    /// How many requests are taken of each client (`limit_req`, `limit_conn`).
    package var limits = LimitSettings()
    /// How fast answers are sent (`limit_rate`, `proxy_limit_rate`).
    package var rates = RateSettings()
    /// Which answers are compressed (`gzip`).
    package var compression = CompressionSettings()
    /// When a request is sent to another backend (`proxy_next_upstream`).
    package var nextUpstream = NextUpstream()
    /// How many requests one connection of a client may bring (`keepalive_requests`).
    package var keepaliveRequests = Int.max
    /// Whether the backend is asked to go over to another protocol where the client asks for it.
    ///
    /// True by default, as in nginx-proxy; `proxy_set_header` lines of an operator's own must set Upgrade and Connection.
    package var passesUpgrade = true
    /// Whether the backend gets the request's body (`proxy_pass_request_body`).
    package var passesRequestBody = true
    /// Whether the backend gets the client's fields (`proxy_pass_request_headers`).
    package var passesRequestFields = true
    /// The answer that every request gets before any check, instead of being forwarded (`return`).
    package var returned: Return?
    /// How requests that are not passed on are answered with files.
    package var files = StaticFiles()
    /// Where requests are noted (`access_log`).
    package var accessLogging = AccessLogging.standard
    /// What is done to answers.
    package var answers = AnswerSettings()
    /// Whether the product's version may be named in answers (`server_tokens`).
    package var serverTokens = true
    /// Whether the backend was recognised as an image registry.
    package var hostsRegistry = false

    /// How the checks of who may come in go together (`satisfy`).
    package enum Satisfy: Hashable, Sendable {
        /// Every check must pass.
        case all
        /// One check that passes is enough.
        case any
    }

    /// nginx's defaults.
    package init() {}
}
