internal import Bytes

/// What the containers that share requests say about how they are to be reached, and by whom; the oldest that says
/// something decides.
struct UpstreamSettings {
    /// The label `loadbalance`.
    private(set) var balancing = LoadBalancing.roundRobin
    /// The label `keepalive`.
    private(set) var keepalive = UpstreamKeepalive.automatic
    /// `VIRTUAL_PROTO`.
    private(set) var transport = UpstreamProtocol.http
    /// `VIRTUAL_ROOT`, where the protocol is FastCGI.
    private(set) var fastCGI: FastCGISettings?
    /// Whether only clients of internal networks may come in: `NETWORK_ACCESS` is `internal`, or cannot be read.
    private(set) var isInternal = false
    /// What was found wrong.
    let diagnostics: [Diagnostic]

    /// Reads the labels and variables of the containers of `host`, which come oldest first.
    init(_ containers: [Container], host: String) {
        var choice = ContainerChoice(containers, host: host)
        if let value = choice.value("loadbalance", of: { $0.label("loadbalance") }, read: LoadBalancing.parse) {
            balancing = value
        }
        if let value = choice.value("keepalive", of: { $0.label("keepalive") }, read: UpstreamKeepalive.parse) {
            keepalive = value
        }
        let access = choice.value("NETWORK_ACCESS", expecting: "external or internal") {
            ["external": false, "internal": true][$0]
        }
        isInternal = access ?? containers.contains { $0.value("NETWORK_ACCESS") != nil }
        // A container with another protocol is left out, and has no say.
        let supported = containers.filter {
            $0.value("VIRTUAL_PROTO").map { UpstreamProtocol(rawValue: $0) != nil } ?? true
        }
        var protocols = ContainerChoice(supported, host: host)
        transport =
            protocols.value("VIRTUAL_PROTO", expecting: UpstreamProtocol.names) { UpstreamProtocol(rawValue: $0) }
            ?? .http
        if transport == .fastCGI {
            var settings = FastCGISettings()
            let root = protocols.value("VIRTUAL_ROOT", expecting: "a path that begins with /") { Self.root($0) }
            settings.root = root ?? settings.root
            fastCGI = settings
        }
        diagnostics = choice.diagnostics + protocols.diagnostics
    }

    /// The folder without a slash at its end, which the path of a request begins with; nil for what is no absolute path.
    private static func root(_ text: String) -> ByteString? {
        guard text.hasPrefix("/"), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
        var path = Substring(text)
        while path.hasSuffix("/") { path.removeLast() }
        return ByteString(String(path))
    }
}

/// What the backends of a path speak (`VIRTUAL_PROTO`).
enum UpstreamProtocol: String {
    case http
    case https
    case fastCGI = "fastcgi"
    case grpc
    case grpcs

    /// Them all, for hints.
    static let names = "http, https, grpc, grpcs or fastcgi"

    /// What such a pass says of its backends.
    init(of pass: ProxyPass) {
        self =
            switch pass.protocol {
            case .http1: pass.isTLS ? .https : .http
            case .http2: pass.isTLS ? .grpcs : .grpc
            case .fastCGI: .fastCGI
            }
    }

    /// What they speak, over TLS or not.
    var spoken: BackendProtocol {
        switch self {
        case .http, .https: .http1
        case .grpc, .grpcs: .http2
        case .fastCGI: .fastCGI
        }
    }

    /// Whether they are reached over TLS.
    var isTLS: Bool { self == .https || self == .grpcs }
}

extension UpstreamKeepalive {
    /// The value of the label: `auto`, `disabled` or a number of connections.
    static func parse(_ text: String) throws(Diagnostic) -> UpstreamKeepalive {
        switch text.lowercased() {
        case "auto": return .automatic
        case "disabled", "0": return .disabled
        default:
            guard let limit = ByteString(text).withBytes({ ASCII.decimal($0, limit: 1_000_000) }) else {
                throw Diagnostic(
                    .error, at: .setting("keepalive"), "\(Quoted(text)) cannot be used",
                    hint: "write auto, disabled or a number of connections")
            }
            return .limit(limit)
        }
    }
}
