internal import Bytes

/// Where the requests of a location are noted (nginx: `access_log`).
package enum AccessLogging: Hashable, Sendable {
    /// In the log of all hosts, in its form.
    case standard
    /// In each of these.
    case to([Destination])

    /// Nowhere.
    package static let off = AccessLogging.to([])

    /// A log that requests are noted in.
    package struct Destination: Hashable, Sendable {
        /// The file; nil for the log of all hosts.
        package var path: String?
        /// The form of the lines; nil for that of the log of all hosts.
        package var format: LogFormat?
        /// What decides for each request whether it is noted: not when it comes to nothing or `0` (`if=`).
        package var condition: Template?

        /// A destination whose lines are conditional only where a condition is given.
        package init(path: String? = nil, format: LogFormat? = nil, condition: Template? = nil) {
            self.path = path
            self.format = format
            self.condition = condition
        }
    }

    /// The files that are written to.
    package var paths: [String] {
        switch self {
        case .standard: []
        case .to(let destinations): destinations.compactMap(\.path)
        }
    }
}
