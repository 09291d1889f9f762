internal import Bytes

/// What all containers ask for, by host, kept true from change to change.
///
/// Containers with `VIRTUAL_HOST_MULTIPORTS` come first, as in nginx-proxy, and else the oldest does: that is how they decide
/// where they differ.
struct ClaimTable {
    private var containers: [Container] = []
    private var byContainer: [String: ContainerClaims] = [:]
    private var byHost: [ByteString: [Claim]] = [:]
    /// The hosts whose names are regular expressions, by what names them in the names of files.
    private var expressions: [String: ByteString] = [:]
    /// The containers of which something has to be said that is about none of their hosts.
    private var faulty: Set<String> = []

    /// What is asked for of a host, the one first that decides.
    func claims(for host: ByteString) -> [Claim] { byHost[host] ?? [] }

    /// The host that containers ask for and that is called so in the names of files; nil where none does.
    func host(ofFiles name: String) -> ByteString? {
        if let host = expressions[name] { return byHost[host] == nil ? nil : host }
        let host = ByteString(name)
        return byHost[host] == nil ? nil : host
    }

    /// What is to be said of containers that is about none of their hosts.
    var findings: Findings {
        let ordered = containers.filter { faulty.contains($0.id) }.sorted { Self.order($0) < Self.order($1) }
        return ordered.reduce(into: Findings()) { $0 += byContainer[$1.id]?.findings ?? Findings() }
    }

    /// Takes in which containers there are now, and says of which hosts something else is asked for than before.
    mutating func update(_ new: [Container]) -> Set<ByteString> {
        let isSorted = zip(new, new.dropFirst()).allSatisfy { $0.id < $1.id }
        let sorted = isSorted ? new : new.sorted { $0.id < $1.id }
        let old = containers
        containers = sorted
        let isSame = old.withUnsafeBufferPointer { a in
            sorted.withUnsafeBufferPointer { b in a.baseAddress == b.baseAddress && a.count == b.count }
        }
        if isSame { return [] }
        var touched: Set<ByteString> = []
        var (before, now) = (0, 0)
        while before < old.count || now < sorted.count {
            if now == sorted.count || before < old.count && old[before].id < sorted[now].id {
                forget(old[before], &touched)
                before += 1
            } else if before == old.count || sorted[now].id < old[before].id {
                note(sorted[now], &touched)
                now += 1
            } else {
                if old[before] != sorted[now] {
                    forget(old[before], &touched)
                    note(sorted[now], &touched)
                }
                (before, now) = (before + 1, now + 1)
            }
        }
        for host in touched { byHost[host]?.sort { Self.order($0.container) < Self.order($1.container) } }
        return touched
    }

    private mutating func note(_ container: Container, _ touched: inout Set<ByteString>) {
        let claims = ContainerClaims(container)
        byContainer[container.id] = claims
        if !claims.findings.isEmpty { faulty.insert(container.id) }
        for claim in claims.claims {
            let host = claim.host
            byHost[host, default: []].append(claim)
            touched.insert(host)
            guard case .pattern? = claim.patterns.first else { continue }
            expressions[SHA1.hex(host.text)] = host
            touchNamesake(of: host, &touched)
        }
    }

    private mutating func forget(_ container: Container, _ touched: inout Set<ByteString>) {
        faulty.remove(container.id)
        for claim in byContainer.removeValue(forKey: container.id)?.claims ?? [] {
            let host = claim.host
            touched.insert(host)
            byHost[host]?.removeAll { $0.container.id == container.id }
            if byHost[host]?.isEmpty == true { byHost[host] = nil }
            if case .pattern? = claim.patterns.first { touchNamesake(of: host, &touched) }
        }
    }

    /// The file of a regular expression is named by a digest, as that of a host of this name would be.
    private func touchNamesake(of expression: ByteString, _ touched: inout Set<ByteString>) {
        touched.insert(ByteString(SHA1.hex(expression.text)))
    }

    private static func order(_ container: Container) -> (Int, Int64, String) {
        (container.multiports == nil ? 1 : 0, container.created, container.id)
    }
}
