package import Bytes

/// All that a snapshot is built from.
package struct SnapshotInputs {
    /// The containers that may get requests: running, and not about to stop.
    package var containers: [Container]
    /// Where Portico runs.
    package var place: ProxyPlace
    /// The settings for all hosts.
    package var settings: RoutingSettings
    /// The files with directives; nil where there is no `vhost.d`.
    package var files: (any VirtualHostFiles)?
    /// The files and folders, and the patterns of names, that may not be as they were for the last build of the same builder;
    /// nil where everything may have changed.
    package var fileChanges: Set<String>?
    /// The names of the certificate pairs that can be used, without `.crt`.
    package var certificateNames: Set<String>
    /// The names of all files in the folder of certificates.
    package var certificateFiles: Set<String> = []
    /// Why all hosts are answered with 503: a folder cannot be read whose files may say who may come in; nil where all can.
    package var folderFault: Diagnostic?
    /// The names that `SSL_POLICY` may give, where others say that they cannot be used.
    package var tlsPolicies: Set<String>
    /// The addresses of names that stand in `proxy_pass` or `server`, in lower case.
    package var resolvedNames: [String: [IPAddress]]
    /// What does parts of a job at once; nil where one thread has to do.
    package var concurrently: Concurrently?
    /// The last snapshot, whose hosts keep what they have where their file can no longer be read.
    package var previous: RoutingSnapshot?

    /// Calls a body with each number below a count, on several threads at once where that helps, and returns when all is done.
    package typealias Concurrently = (_ count: Int, _ body: @escaping @Sendable (Int) -> Void) -> Void

    /// Inputs for a snapshot; none of anything where nothing is given.
    package init(
        containers: [Container] = [],
        place: ProxyPlace = .host,
        settings: RoutingSettings = RoutingSettings(),
        files: (any VirtualHostFiles)? = nil,
        certificateNames: Set<String> = [],
        tlsPolicies: Set<String> = [],
        resolvedNames: [String: [IPAddress]] = [:],
        previous: RoutingSnapshot? = nil
    ) {
        self.containers = containers
        self.place = place
        self.settings = settings
        self.files = files
        self.certificateNames = certificateNames
        self.tlsPolicies = tlsPolicies
        self.resolvedNames = resolvedNames
        self.previous = previous
    }
}
