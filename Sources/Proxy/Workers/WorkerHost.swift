internal import Bytes
internal import Routing
internal import TLS

/// One worker's own form of a virtual host.
final class WorkerHost {
    let name: ByteString
    let hsts: ByteString?
    /// The status for every request where the host's rules could not be read.
    let shutStatus: Int?
    /// The port that it is served on over TLS, 0 for that of all.
    let httpsPort: UInt16
    /// The status with which requests that are more than a look are redirected to https.
    let nonGetRedirect: Int
    /// What a TLS connection must be like for a request of the host to be taken from it; nil where any will do.
    let demand: ConnectionDemand?
    /// Whether clients may speak HTTP/2 to it.
    let speaksHTTP2: Bool
    /// The upstreams that its locations use, once for each use.
    let pools: ContiguousArray<UpstreamPool>
    private let challenges: (http: Bool, https: Bool)
    private let httpPort: UInt16
    private let http: VirtualHost.SchemeRule
    private let https: VirtualHost.SchemeRule
    /// The location where there is but one, for all paths: then no path need be looked at.
    private let onlyLocation: WorkerLocation?
    private let locations: ContiguousArray<WorkerLocation>
    private let tree: LocationTree
    private let named: [ByteString: WorkerLocation]
    /// What is done to requests before a location is chosen; nil for nothing.
    let steps: ContiguousArray<RewriteStep>?
    /// What holds outside of every location, while those steps run.
    let surroundings: WorkerLocation
    /// The patterns among the host's names, where something may ask what their groups matched.
    let capturing: ContiguousArray<Pattern>

    /// What the path of a request leads to.
    enum Place {
        case location(WorkerLocation)
        /// The client is sent to the path of this location, which is its own with a `/` added.
        case directory(WorkerLocation)
        /// The request is refused with this status.
        case refused(Int)
    }

    init(
        _ host: VirtualHost, locations: ContiguousArray<WorkerLocation>, surroundings: WorkerLocation,
        pools: ContiguousArray<UpstreamPool>, demand: ConnectionDemand? = nil
    ) {
        self.pools = pools
        self.demand = demand
        speaksHTTP2 = host.speaksHTTP2
        nonGetRedirect = host.nonGetRedirect
        name = host.name.copied()
        hsts = host.hsts.map { $0.copied() }
        shutStatus = host.shut?.status
        challenges = (host.answersChallenges(isHTTPS: false), host.answersChallenges(isHTTPS: true))
        (https, httpsPort) = Self.listening(host.rule(isHTTPS: true), host.httpsPort)
        let (http, port) = Self.listening(host.rule(isHTTPS: false), host.httpPort)
        httpPort = port
        // There is no place to redirect to.
        self.http = http == .redirect && https == .unknown ? .unknown : http
        self.locations = locations
        onlyLocation = locations.count == 1 && locations[0].coversEveryPath ? locations[0] : nil
        // Nobody asks the tree where one location covers all paths.
        let branches = onlyLocation == nil ? host.locations : []
        tree = LocationTree(branches.map { ($0.match, $0.parent) }) { host.locations[$0].isProxied }
        named = Dictionary(
            zip(host.locations, locations).compactMap { location, own in
                if case .named(let name) = location.match { (name, own) } else { nil }
            }, uniquingKeysWith: { first, _ in first })
        steps = host.steps.isEmpty ? nil : ContiguousArray(host.steps)
        self.surroundings = surroundings
        capturing = ContiguousArray(
            host.names.compactMap { name in
                guard host.usesCaptures, case .pattern(let pattern) = name, pattern.captureCount > 0 else { return nil }
                return pattern
            })
    }

    /// Whether challenges of certificate authorities are answered with files.
    func answersChallenges(isSecure: Bool) -> Bool { isSecure ? challenges.https : challenges.http }

    /// What happens to a request by the scheme that it came with, and by the port.
    func rule(for downstream: Downstream) -> VirtualHost.SchemeRule {
        let port = downstream.isSecure ? httpsPort : httpPort
        guard port == 0 ? !downstream.isExternal : port == downstream.local.port else { return .unknown }
        return downstream.isSecure ? https : http
    }

    private static func listening(
        _ rule: VirtualHost.SchemeRule, _ port: HostPort
    ) -> (VirtualHost.SchemeRule, UInt16) {
        switch port {
        case .standard: (rule, 0)
        case .external(let number): (rule, number)
        case .none: (.unknown, 0)
        }
    }

    /// The location of a number.
    func location(_ number: Int) -> WorkerLocation { locations[number] }

    /// The number of a location; nil where it is none of the host's.
    func number(of location: WorkerLocation) -> Int? { locations.firstIndex { $0 === location } }

    /// The location `@NAME`; nil where there is none.
    func location(named name: ByteString) -> WorkerLocation? { named[name] }

    /// The location of a request for this path, as it was sent.
    func place(of path: UnsafeRawBufferPointer, on worker: Worker) -> Place {
        if let onlyLocation, RequestPath.isPlain(path) { return .location(onlyLocation) }
        guard worker.path.normalize(path) else { return .refused(400) }
        return place(ofNormalized: worker.path.bytes, on: worker)
    }

    /// The location of a request for this path, which is normalised.
    func place(ofNormalized path: UnsafeRawBufferPointer, on worker: Worker) -> Place {
        if let onlyLocation { return .location(onlyLocation) }
        switch tree.find(path, with: worker.patterns) {
        case .location(let index): return .location(locations[index])
        case .directory(let index): return .directory(locations[index])
        case .none: return .refused(404)
        case .failed: return .refused(500)
        }
    }
}
