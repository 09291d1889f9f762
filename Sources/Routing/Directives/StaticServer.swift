internal import Bytes

/// A backend that a file names.
struct StaticServer: Hashable, Sendable {
    /// Its address or its name.
    var host: Host
    /// Its port.
    var port: UInt16
    /// Its share of the requests.
    var weight = 1
    /// Whether it is to get no requests.
    var isDown = false
    /// Whether it gets requests only while all others fail.
    var isBackup = false
    /// After how many failures it is left alone for a while.
    var failures = Backend.Failures()
    /// The file that names it.
    var file: String
    /// Where in the file it does.
    var position: SourcePosition

    /// An address, or a name that has one.
    enum Host: Hashable, Sendable {
        case address(IPAddress)
        case name(String)
    }
}
