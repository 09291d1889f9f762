internal import Routing
internal import Yams

/// Reads `VIRTUAL_HOST_MULTIPORTS`, which is YAML or, what YAML includes, JSON.
///
/// A host holds paths, `external_http_port` and `external_https_port`; a path holds `port`, `proto` and `dest`. Other names
/// are passed over, as nginx-proxy does. A host without paths has one, `/`.
enum MultiportsDecoder {
    /// What the text says.
    static func decode(_ text: String) -> Multiports {
        guard text.utf8.count <= largestText else { return .unreadable("it is larger than \(largestText / 1024) KiB") }
        do {
            guard let root = try Yams.compose(yaml: text), !isNull(root) else { return .unreadable("it is empty") }
            return .routes(try routes(root))
        } catch let fault as Fault {
            return .unreadable(fault.reason)
        } catch {
            return .unreadable(String("\(error)".prefix { !$0.isNewline }))
        }
    }

    private struct Fault: Error {
        let reason: String
    }

    private static func routes(_ root: Node) throws -> [Multiport] {
        var routes: [Multiport] = []
        for (host, paths) in try entries(root, "the whole") {
            var base = Multiport(host: host)
            var found: [Multiport] = []
            for (name, value) in try entries(paths, host) {
                switch name {
                case "external_http_port": base.externalHTTPPort = try text(value, "\(host): \(name)")
                case "external_https_port": base.externalHTTPSPort = try text(value, "\(host): \(name)")
                case _ where name.hasPrefix("/"): found.append(try route(host, name, value))
                default: continue
                }
            }
            if found.isEmpty { found = [base] }
            routes += found.map { route in
                var route = route
                route.externalHTTPPort = base.externalHTTPPort
                route.externalHTTPSPort = base.externalHTTPSPort
                return route
            }
            guard routes.count <= mostRoutes else { throw Fault(reason: "it names more than \(mostRoutes) paths") }
        }
        return routes.sorted { ($0.host, $0.path) < ($1.host, $1.path) }
    }

    private static func route(_ host: String, _ path: String, _ node: Node) throws -> Multiport {
        var route = Multiport(host: host, path: path)
        for (name, value) in try entries(node, "\(host)\(path)") {
            let place = "\(host)\(path): \(name)"
            switch name {
            case "port": route.port = try text(value, place)
            case "proto": route.proto = try text(value, place)
            case "dest": route.destination = try text(value, place)
            default: continue
            }
        }
        return route
    }

    /// The names and values of a mapping; none where there is nothing at all.
    private static func entries(_ node: Node, _ place: String) throws -> [(String, Node)] {
        if isNull(node) { return [] }
        guard let mapping = node.mapping else { throw Fault(reason: "\(place) holds no names with values") }
        return try mapping.map { key, value in
            guard let name = key.scalar?.string else { throw Fault(reason: "\(place) has a name that is no text") }
            return (name, value)
        }
    }

    /// A text or number as it is written; nil where there is nothing.
    private static func text(_ node: Node, _ place: String) throws -> String? {
        guard let scalar = node.scalar else { throw Fault(reason: "\(place) is no text and no number") }
        return isNull(node) || scalar.string.isEmpty ? nil : scalar.string
    }

    private static func isNull(_ node: Node) -> Bool { node.null != nil }

    private static let largestText = 64 << 10
    private static let mostRoutes = 1000
}
