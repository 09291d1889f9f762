package import Bytes
package import HTTP

/// What a worker tells the supervisor.
package enum WorkerReport: Sendable {
    /// The worker routes by the configuration of this generation.
    case serving(generation: UInt64)
    /// The worker has no use any more for what it routed by before. Whoever takes this gives it back, in the worker's place: to
    /// free the hosts of thousands of files would hold requests up.
    case replaced(ServingConfiguration)
    /// A backend failed, and the request went on to another one.
    case passedOver(ExchangeError, host: String, backend: String)
    /// An exchange failed through a backend or this proxy.
    case failed(ExchangeError, host: String, backend: String)
    /// A FastCGI application has written something to its standard error.
    case said(String, host: String, backend: String)
    /// Logins of a client have failed so often that further ones have to wait.
    case throttled(client: IPAddress, host: String)
    /// A client has overstepped a bound of its HTTP/2 connection, which was ended.
    case abused(HTTP2Abuse, client: IPAddress)
    /// Connections of this client, which had the most, were closed because descriptors are getting scarce.
    case crowded(client: IPAddress)
    /// No descriptor is left for another connection: idle ones are closed, and where there are none accepting pauses.
    case outOfDescriptors
    /// Memory has come to its limit: connections were closed, or they hold too little of it for that to be of use.
    case outOfMemory(isClients: Bool)
    /// The worker's thread has ended: drained or stopped, or with an error because it could not start.
    case ended((any Error)?)
}
