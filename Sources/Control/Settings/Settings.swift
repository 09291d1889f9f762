package import Bytes
package import Proxy
package import Routing
internal import TLS

/// Everything that the command line and the environment decide, checked.
package struct Settings: Sendable {
    /// Where the engine's API is.
    package enum Docker: Hashable, Sendable {
        /// No engine is asked.
        case none
        /// The first socket of `DockerAddress.defaultPaths` that is there; it may also appear later.
        case found
        /// This one.
        case at(DockerAddress)
    }

    /// Where the access log goes.
    package enum AccessLog: Hashable, Sendable {
        case off
        case standardOutput
        /// A file; where it is not required and cannot be opened, standard output takes its place.
        case file(String, isRequired: Bool)
    }

    /// A user, and a group where one was named, as the operator wrote them.
    package struct User: Hashable, Sendable {
        /// `NAME` or `NAME:GROUP`; numbers may stand for names.
        package var text: String
        /// Whether Portico may go on as it is where it cannot become that user: so far as it was not given as an option.
        package var isOptional: Bool
    }

    /// What becomes of the confinement that the kernel offers.
    package enum Sandbox: String, CaseIterable, Sendable {
        /// What there is, is used.
        case auto
        /// It must be there, or Portico does not serve.
        case required
        /// It is not used.
        case off
    }

    /// Where plain HTTP is served.
    package var http: [Endpoint]
    /// Where HTTP over TLS is served.
    package var https: [Endpoint]
    /// The folders that the operator fills.
    package var folders: Folders
    /// Where containers are learned from.
    package var docker: Docker
    /// How TLS is spoken to the engine; nil where it is not.
    package var engineSecurity: EngineSecurity?
    /// Which containers count (`DOCKER_CONTAINER_FILTERS`); nil for all.
    package var containerFilters: ContainerFilters?
    /// How many workers to run; nil for one for each processor that the process may use.
    package var workers: Int?
    /// The path of the control socket.
    package var controlSocket: String
    /// Whether the control socket was asked for, so that failing to open it is an error.
    package var isControlSocketRequired: Bool
    /// Where the access log goes.
    package var accessLog: AccessLog
    /// The form of its lines (`LOG_FORMAT`, `LOG_FORMAT_ESCAPE`, `LOG_JSON`).
    package var logFormat: LogFormat
    /// The folder of the files that `access_log` names, and of `access.log` and `error.log`; nil where there is none.
    package var logFolder: String?
    /// How long requests under way may take to finish after SIGTERM.
    package var drainTimeout: Duration
    /// How many logins may fail, of one user at one address, before further ones have to wait (`LOGIN_ATTEMPTS`); nil for any
    /// number.
    package var loginAttempts: Int?
    /// Whom the process that serves runs as (`--user`, `PORTICO_USER`); nil for whoever started it.
    package var user: User?
    /// Whether the process that serves is confined (`--sandbox`, `PORTICO_SANDBOX`).
    package var sandbox = Sandbox.auto
    /// How long a client may take for its TLS handshake, and for the first head on its connection (`CLIENT_HEADER_TIMEOUT`).
    package var clientHeaderTimeout: Duration
    /// The most memory that the process that serves may have (`--memory-limit`, `MEMORY_LIMIT`).
    package var memoryLimit: MemoryLimit
    /// The least that can be asked for, which leaves something for clients.
    static let leastMemory = 32 << 20
    /// How many bytes a second a client has to send or take while it is waited for (`CLIENT_MIN_RATE`); nil for any number.
    package var leastRate: Int?
    /// The size of the group of RFC 7919 for finite-field DHE (`DHPARAM_BITS`); nil for none (`DHPARAM_SKIP`).
    package var keyExchangeBits: Int?
    /// The settings that routing takes for every host.
    package var routing: RoutingSettings
    /// Whose `X-Forwarded-…` fields are believed (`TRUST_DOWNSTREAM_PROXY`).
    package var trustedProxies: TrustedProxies
    /// Whether challenges of certificate authorities are answered for hosts that are not known
    /// (`ACME_HTTP_CHALLENGE_ACCEPT_UNKNOWN_HOST`).
    package var answersChallengesForUnknown: Bool
    /// Whether each connection must begin with a PROXY header (`ENABLE_PROXY_PROTOCOL`).
    package var requiresProxyHeader: Bool
    /// The label that marks Portico's own container (`NGINX_CONTAINER_LABEL`); nil for that of its image.
    package var containerLabel: String?
    /// The port that clients are redirected to for https.
    package var redirectPort: UInt16
    /// What cannot be used, and is not needed to run.
    package var problems: [Diagnostic] = []
    /// What the operator should know of the settings, a line each.
    package var warnings: [String]

    /// Checks the options and reads the rest from nginx-proxy's environment variables.
    ///
    /// An option wins over its variable. A variable that is set to nothing counts as not set.
    /// - Throws: `SettingsError` for the first setting that cannot be used.
    package init(options: ServeOptions, environment: Environment) throws(SettingsError) {
        http = try Self.endpoints(options.http, flag: "--http", variable: "HTTP_PORT", port: 80, environment)
        https = try Self.endpoints(options.https, flag: "--https", variable: "HTTPS_PORT", port: 443, environment)
        guard !http.isEmpty || !https.isEmpty else { throw .nothingToListenOn }
        folders = Folders()
        folders.certificates = options.certificates.map(Folders.plain) ?? folders.certificates
        folders.virtualHosts = options.virtualHosts.map(Folders.plain) ?? folders.virtualHosts
        folders.passwords = options.passwords.map(Folders.plain) ?? folders.passwords
        folders.pages = options.pages ?? folders.pages
        docker = try Self.docker(options.docker, environment)
        if case .at(.tcp) = docker { engineSecurity = EngineSecurity(environment) }
        containerFilters = try environment["DOCKER_CONTAINER_FILTERS"].map { text throws(SettingsError) in
            try ContainerFilters(text)
        }
        workers = try options.workers.map { text throws(SettingsError) in
            try Self.number(text, setting: "--workers", allowed: 1...1024)
        }
        controlSocket = options.control ?? Self.defaultControlSocket(environment)
        isControlSocketRequired = options.control != nil
        let seconds = try options.drainTimeout.map { text throws(SettingsError) in
            try Self.number(text, setting: "--drain-timeout", allowed: 0...86_400)
        }
        drainTimeout = .seconds(seconds ?? 30)
        loginAttempts = try Self.optionalNumber(
            options.loginAttempts, "--login-attempts", "LOGIN_ATTEMPTS", allowed: 1...10_000,
            otherwise: LoginThrottle.defaultAttempts, environment)
        user =
            options.user.map { User(text: $0, isOptional: false) }
            ?? environment["PORTICO_USER"].map { User(text: $0, isOptional: true) }
        sandbox = try Self.sandbox(options.sandbox, environment)
        let headSeconds = try environment.number("CLIENT_HEADER_TIMEOUT", allowed: 1...3600)
        clientHeaderTimeout = .seconds(headSeconds ?? 60)
        memoryLimit = try Self.memoryLimit(options.memoryLimit, environment)
        leastRate = try Self.optionalNumber(
            nil, "", "CLIENT_MIN_RATE", allowed: 1...1_000_000, otherwise: WorkerSettings.defaultLeastRate, environment)
        logFolder = options.logFolder
        accessLog = try Self.accessLog(options.accessLog, folder: options.logFolder, environment)
        let (format, formatProblem) = try LogFormat.read(from: environment)
        logFormat = format
        if let formatProblem { problems.append(formatProblem) }
        trustedProxies = try TrustedProxies(environment)
        answersChallengesForUnknown = try environment.flag("ACME_HTTP_CHALLENGE_ACCEPT_UNKNOWN_HOST") ?? false
        requiresProxyHeader = try environment.flag("ENABLE_PROXY_PROTOCOL") ?? false
        containerLabel = environment["NGINX_CONTAINER_LABEL"]
        let publicPort = try environment.number("HTTPS_PORT", allowed: 1...65_535).map { UInt16($0) }
        redirectPort = publicPort ?? https.first?.port ?? 443
        warnings = NginxProxySetting.proxyVariables.compactMap { variable in
            guard variable.isWithoutEffect, let text = environment[variable.name] else { return nil }
            return variable.remark(on: text).map { "\(variable.name) \($0)" }
        }
        if let engineSecurity, !engineSecurity.isVerifying {
            warnings.append(
                "The Docker engine's certificate is not verified: there is no ca.pem in \(engineSecurity.folder)")
        }
        let sizes = DHParameters.sizes.map(String.init)
        let bits = try environment.word("DHPARAM_BITS", of: sizes).flatMap { Int($0) } ?? DHParameters.standard?.bits
        keyExchangeBits = try environment.flag("DHPARAM_SKIP") ?? false ? nil : bits
        routing = try RoutingSettings(environment)
        routing.httpPorts = Set(http.map(\.port))
        routing.httpsPorts = Set(https.map(\.port))
    }

    /// Where `serve` puts its control socket, and `routes` looks for it, when no path is given.
    package static func defaultControlSocket(_ environment: Environment) -> String {
        if let path = environment["PORTICO_CONTROL"] { return path }
        return (environment["XDG_RUNTIME_DIR"] ?? "/run") + "/portico.sock"
    }

    private static func docker(_ option: String?, _ environment: Environment) throws(SettingsError) -> Docker {
        guard let text = option ?? environment["DOCKER_HOST"] else { return .found }
        if text == "none" { return .none }
        return .at(try DockerAddress(text))
    }

    private static func memoryLimit(
        _ option: String?, _ environment: Environment
    ) throws(SettingsError) -> MemoryLimit {
        guard let text = option ?? environment["MEMORY_LIMIT"] else { return .ofGroup }
        if text == "off" { return .off }
        guard let bytes = DirectiveSize.bytes(ByteString(text), allowsGiga: true), bytes >= leastMemory else {
            throw .size(setting: option == nil ? "MEMORY_LIMIT" : "--memory-limit", text: text)
        }
        return .bytes(bytes)
    }

    private static func sandbox(_ option: String?, _ environment: Environment) throws(SettingsError) -> Sandbox {
        let words = Sandbox.allCases.map(\.rawValue)
        if let option {
            guard let sandbox = Sandbox(rawValue: option) else {
                throw .word(setting: "--sandbox", text: option, allowed: words)
            }
            return sandbox
        }
        return try environment.word("PORTICO_SANDBOX", of: words).flatMap { Sandbox(rawValue: $0) } ?? .auto
    }

    private static func accessLog(
        _ option: String?, folder: String?, _ environment: Environment
    ) throws(SettingsError) -> AccessLog {
        switch option {
        case "off": return .off
        case "-": return .standardOutput
        case let path?: return .file(path, isRequired: true)
        case nil:
            if try environment.flag("DISABLE_ACCESS_LOGS") ?? false { return .off }
            return folder.map { .file(Folders.joined($0, "access.log"), isRequired: false) } ?? .standardOutput
        }
    }

    private static func endpoints(
        _ options: [String], flag: String, variable: String, port: Int, _ environment: Environment
    ) throws(SettingsError) -> [Endpoint] {
        if options == ["off"] { return [] }
        var endpoints: [Endpoint] = []
        let hasIPv6 = try environment.flag("ENABLE_IPV6") ?? false
        for text in options {
            endpoints += try listening(on: text, setting: flag, hasIPv6: hasIPv6)
        }
        guard endpoints.isEmpty else { return endpoints }
        let port = try environment.number(variable, allowed: 1...65_535) ?? port
        return everywhere(port: UInt16(port), hasIPv6: hasIPv6)
    }

    private static func listening(
        on text: String, setting: String, hasIPv6: Bool
    ) throws(SettingsError) -> [Endpoint] {
        let colon = text.lastIndex(of: ":")
        let portText = colon.map { text[text.index(after: $0)...] } ?? Substring(text)
        guard portText.utf8.allSatisfy(ASCII.isDigit), let port = UInt16(portText) else {
            throw .listenAddress(setting: setting, text: text)
        }
        var host = colon.map { text[..<$0] } ?? ""
        if host.isEmpty || host == "*" { return everywhere(port: port, hasIPv6: hasIPv6) }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(String(host)), address.isIPv6 == isBracketed else {
            throw .listenAddress(setting: setting, text: text)
        }
        return [Endpoint(address: address, port: port)]
    }

    private static func everywhere(port: UInt16, hasIPv6: Bool) -> [Endpoint] {
        let ipv4 = Endpoint(address: IPAddress(ipv4: 0), port: port)
        return hasIPv6 ? [ipv4, Endpoint(address: IPAddress(ipv6: 0, 0), port: port)] : [ipv4]
    }

    /// A number that may be `off`, which is nil.
    private static func optionalNumber(
        _ option: String?, _ flag: String, _ variable: String, allowed: ClosedRange<Int>, otherwise: Int,
        _ environment: Environment
    ) throws(SettingsError) -> Int? {
        guard let text = option ?? environment[variable] else { return otherwise }
        if text == "off" { return nil }
        return try number(text, setting: option == nil ? variable : flag, allowed: allowed)
    }

    private static func number(
        _ text: String, setting: String, allowed: ClosedRange<Int>
    ) throws(SettingsError) -> Int {
        guard let number = Int(text), allowed.contains(number) else {
            throw .number(setting: setting, text: text, allowed: allowed)
        }
        return number
    }
}
