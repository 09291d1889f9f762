internal import Bytes

/// Everything that routing knows at one moment: immutable, built by `SnapshotBuilder`, handed to each worker.
package struct RoutingSnapshot: Sendable {
    /// Counts the snapshots of one process, from 1 on.
    package var generation: UInt64
    /// The virtual hosts, sorted by name; an index into this list stands for a host.
    package var hosts: HostList
    /// Which name leads to which index of `hosts`.
    package var table: HostTable
    /// The index of the host that gets requests for unknown names (`DEFAULT_HOST`); nil where such a request is refused.
    package var defaultHost: Int?
    /// What was found wrong or worth saying, in a stable order.
    package var diagnostics: [Diagnostic]
    /// Names used as backends that `SnapshotInputs.resolvedNames` did not hold, sorted, each once.
    package var unresolvedNames: [String]
    /// The containers that ask for a host and are not routed to, with the reason.
    package var leftOut: [LeftOutContainer]
    /// The paths of the password files that the hosts use, sorted, each once.
    package var passwordFiles: [String]
    /// The ports to listen on beside those of Portico's own settings.
    package var externalPorts: Set<ExternalPort> = []

    /// The files that `access_log` names, as paths in the folder of logs, sorted, each once.
    package var logFiles: [String]

    /// What the files of `conf.d` said when they could last be read, so that a broken edit changes nothing.
    var globalFiles = GlobalFiles()
    /// What `proxy.conf` said when it could last be read, so that a broken edit changes nothing.
    var sharedFile: CompiledFile?
    /// Who counted as internal when that could last be read.
    var internalRules: [AccessRule]?

    /// A snapshot of the given hosts; its table is built from their names.
    package init(
        generation: UInt64 = 1,
        hosts: [VirtualHost],
        defaultHost: Int? = nil,
        diagnostics: [Diagnostic] = [],
        unresolvedNames: [String] = [],
        leftOut: [LeftOutContainer] = [],
        passwordFiles: [String] = []
    ) {
        self.init(generation: generation, hosts: HostList(hosts), table: HostTable(hosts.map(\.names)))
        self.defaultHost = defaultHost
        self.diagnostics = diagnostics
        self.unresolvedNames = unresolvedNames
        self.leftOut = leftOut
        self.passwordFiles = passwordFiles
        logFiles = hosts.reduce(into: Set()) { $0.formUnion($1.logFiles) }.sorted()
    }

    /// A snapshot of hosts of which nothing has to be said, with the table of their names.
    init(generation: UInt64, hosts: HostList, table: HostTable) {
        self.generation = generation
        self.hosts = hosts
        self.table = table
        diagnostics = []
        unresolvedNames = []
        leftOut = []
        passwordFiles = []
        logFiles = []
    }
}
