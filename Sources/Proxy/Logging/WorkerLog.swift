internal import Routing

/// One worker's own form of a log that the requests of a location are noted in.
struct WorkerLog {
    let sink: LogSink
    let format: WorkerLogFormat
    /// What decides for each request; nil where all are noted.
    let condition: Template?
}
