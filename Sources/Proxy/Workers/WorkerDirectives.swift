internal import Bytes
internal import Routing

/// One worker's own form of what directives set, for all locations for which they set the same.
final class WorkerDirectives {
    let settings: LocationSettings
    let timeouts: LocationTimeouts
    /// What requests are noted in.
    let logs: ContiguousArray<WorkerLog>
    /// Whether a log needs fields of the answer.
    let keepsFields: Bool
    /// Whether some peers are proxies that name the client.
    let findsClient: Bool
    /// Which other location is asked whether a request may pass; nil for none.
    let authorization: AuthorizationRequest?
    /// The fields of `add_header`.
    let addedFields: ContiguousArray<AddedField>
    /// Which answers are compressed; nil for none.
    let compression: AnswerCompression?
    /// What they are made of. As long as this is kept no other settings can get its identity.
    private let shared: SharedSettings

    init(_ shared: SharedSettings, log: AccessLog) {
        self.shared = shared
        var settings = shared.settings
        addedFields = ContiguousArray(settings.addedHeaders.map { AddedField($0) })
        settings.requestHeaders = settings.requestHeaders.map { $0.map { $0.copied() } }
        self.settings = settings
        logs = log.logs(for: settings.accessLogging)
        keepsFields = logs.contains { $0.format.holdsFields || $0.condition?.holdsAnswerFields ?? false }
        timeouts = LocationTimeouts(settings)
        findsClient = !settings.clientAddress.trusted.isEmpty
        authorization = settings.authorization.path == nil ? nil : settings.authorization
        compression = AnswerCompression(settings.compression)
    }
}
