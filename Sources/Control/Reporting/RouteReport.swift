internal import Bytes
internal import Routing

/// What a server routes at one moment, in a form to be sent and shown.
package struct RouteReport: Codable, Equatable, Sendable {
    /// A virtual host.
    package struct Host: Codable, Equatable, Sendable {
        /// The name that it was declared by.
        package var name: String
        /// Every name that leads here.
        package var names: [String]
        /// `redirect`, `noredirect`, `nohttp` or `nohttps`, a missing certificate taken into account.
        package var httpsMethod: String
        /// The name of the certificate pair; nil where https is not served.
        package var certificate: String?
        /// The only port for http that it is served on, 0 for none; nil where it is served on those of all hosts.
        package var httpPort: UInt16?
        /// The only port for https that it is served on, 0 for none; nil where it is served on those of all hosts.
        package var httpsPort: UInt16?
        /// Whether this host gets the requests for unknown names.
        package var isDefault: Bool
        /// Why every request is refused; nil where none is for that reason.
        package var shut: String?
        /// Where requests go by their path.
        package var locations: [Location]
    }

    /// A part of a host.
    package struct Location: Codable, Equatable, Sendable {
        /// The paths that it covers, as `location` names them in a file of nginx.
        package var match: String
        /// What backends get in place of its path; nil where they get the path as it came.
        package var destination: String?
        /// The password file; nil where no password is asked for.
        package var passwordFile: String?
        /// The status that it answers by itself (`return`); nil where requests go to backends.
        package var answer: Int?
        /// The backends that share its requests.
        package var backends: [Backend]
    }

    /// An address that requests are sent to.
    package struct Backend: Codable, Equatable, Sendable {
        /// The address and port.
        package var address: String
        /// The container's name, or `file:line`.
        package var origin: String
        /// Its share of the requests beside that of the others.
        package var weight: Int
    }

    /// A container that asks for a host and gets no requests.
    package struct LeftOut: Codable, Equatable, Sendable {
        /// The container's name.
        package var container: String
        /// The host that it asks for.
        package var host: String
        /// Why it gets none.
        package var reason: String
    }

    /// Something that is wrong or worth saying.
    package struct Finding: Codable, Equatable, Sendable {
        /// `error`, `warning` or `note`.
        package var severity: String
        /// Where, what and why, on one line.
        package var text: String
    }

    /// Counts the configurations of the server.
    package var generation: UInt64
    /// Whether the engine is followed, or the reason why not.
    package var docker: String
    /// The virtual hosts, sorted by name.
    package var hosts: [Host]
    /// The containers that ask for a host and get no requests.
    package var leftOut: [LeftOut]
    /// What is wrong or worth saying.
    package var diagnostics: [Finding]

    /// The report of a snapshot and of everything that was found while it was built.
    init(_ snapshot: RoutingSnapshot, diagnostics: [Diagnostic], docker: String) {
        generation = snapshot.generation
        self.docker = docker
        hosts = snapshot.hosts.enumerated().map { Host($1, isDefault: $0 == snapshot.defaultHost) }
        leftOut = snapshot.leftOut.map {
            LeftOut(container: $0.container, host: $0.host, reason: $0.reason.description)
        }
        self.diagnostics = diagnostics.map { Finding(severity: $0.severity.rawValue, text: $0.text) }
    }
}

extension RouteReport.Host {
    fileprivate init(_ host: VirtualHost, isDefault: Bool) {
        name = host.name.text
        names = host.names.map(\.text)
        httpsMethod = host.httpsMethod.rawValue
        certificate = host.certificate
        httpPort = host.httpPort.number
        httpsPort = host.httpsPort.number
        self.isDefault = isDefault
        shut = host.shut.map { "\($0.status): \($0.diagnostic.text)" }
        locations = host.locations.filter { $0.match != .block }.map(RouteReport.Location.init)
    }
}

extension HostPort {
    fileprivate var number: UInt16? {
        switch self {
        case .standard: nil
        case .external(let number): number
        case .none: 0
        }
    }
}

extension RouteReport.Location {
    fileprivate init(_ location: Location) {
        match = location.match.text
        destination = location.destination?.text
        passwordFile = location.settings.authentication?.file
        answer = location.settings.returned?.status
        backends = location.upstreams.flatMap(\.backends).map {
            RouteReport.Backend(address: $0.endpoint.description, origin: $0.origin, weight: $0.weight)
        }
    }
}
