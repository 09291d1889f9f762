internal import Bytes

/// A path of a host that a container asks for.
struct Claim {
    /// The names of the host, the one first that the host is called by.
    let patterns: [HostPattern]
    /// Which paths are asked for.
    let match: LocationMatch
    /// The match as the container wrote it.
    let path: String
    /// The container, as it is seen from there.
    let container: Container

    /// What the host is called.
    var host: ByteString { Site.name(of: patterns) }
}

/// What one container asks for, whatever others do.
struct ContainerClaims {
    /// Its paths, in the order in which it names them.
    private(set) var claims: [Claim] = []
    /// What of it cannot be used.
    private(set) var findings = Findings()

    /// Reads `VIRTUAL_HOST` and `VIRTUAL_PATH`, or `VIRTUAL_HOST_MULTIPORTS`.
    init(_ container: Container) {
        switch container.multiports {
        case nil:
            let names = container.environment["VIRTUAL_HOST"] ?? ""
            let hosts = names.split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
            collect(hosts, container.value("VIRTUAL_PATH") ?? "/", "VIRTUAL_HOST", of: container)
        case .routes(let routes):
            for route in routes {
                let seen = container.seen(from: route)
                collect([route.host], route.path, "VIRTUAL_HOST_MULTIPORTS", of: seen)
            }
        case .unreadable(let reason):
            let variable = "VIRTUAL_HOST_MULTIPORTS"
            findings.leftOut.append(
                LeftOutContainer(container: container.name, host: variable, reason: .unreadableMultiports(reason)))
            findings.diagnostics.append(
                Diagnostic(
                    .error, at: .container(container.name, variable: variable), "it cannot be understood: \(reason)",
                    hint: "write YAML or JSON such as {\"example.com\": {\"/\": {\"port\": 8080}}}"))
        }
    }

    /// Notes that a container asks for a path of some hosts, as a variable says.
    private mutating func collect(_ hosts: [String], _ path: String, _ variable: String, of container: Container) {
        let match: LocationMatch
        do throws(LocationMatchError) {
            match = try LocationMatch(path)
        } catch {
            let pathVariable = variable == "VIRTUAL_HOST" ? "VIRTUAL_PATH" : variable
            findings.diagnostics.append(
                Diagnostic(
                    .error, at: .container(container.name, variable: pathVariable), "\(Quoted(path)) \(error.message)",
                    hint: "write a path, or =, ^~, ~ or ~* before one"))
            findings.leftOut += hosts.map {
                LeftOutContainer(container: container.name, host: $0, reason: .badPath(path))
            }
            return
        }
        // Only where none can be used does the container stand among those that are left out.
        var unusable = 0
        for host in hosts {
            do throws(HostNameError) {
                let patterns = try HostName.patterns(host)
                claims.append(Claim(patterns: patterns, match: match, path: path, container: container))
            } catch {
                unusable += 1
                findings.diagnostics.append(
                    Diagnostic(
                        .error, at: .container(container.name, variable: variable), "\(Quoted(host)) \(error.message)",
                        hint: error.hint))
            }
        }
        guard !hosts.isEmpty, unusable == hosts.count else { return }
        findings.leftOut.append(
            LeftOutContainer(
                container: container.name, host: "\(Quoted(hosts.joined(separator: ",")))", reason: .unusableHost))
    }
}
