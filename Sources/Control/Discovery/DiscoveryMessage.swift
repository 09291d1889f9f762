package import Routing

/// What the process that follows the engine tells the one that serves.
package enum DiscoveryMessage: Equatable, Sendable {
    /// A container runs and is like this. Its `multiports` are not sent; they follow from its environment.
    case container(Container, isRoutable: Bool)
    /// The container with this identifier does not run any more.
    case removed(id: String)
    /// Portico runs here.
    case place(ProxyPlace)
    /// How it stands with the engine. What came since the last one belongs together.
    case state(DiscoveryState)
    /// A line for the log.
    case log(Level, String)

    /// How bad it is what a line of the log says.
    package enum Level: UInt8, Sendable {
        case info = 0
        case warning = 1
        case error = 2
    }

    /// The most bytes of a message. A container that says more is left out.
    static let limit = 4 << 20
}

/// How it stands with the engine.
package struct DiscoveryState: Equatable, Sendable {
    /// Whether the engine has said once what runs, and of each container what it is.
    package var isSynchronized = false
    /// Whether there is nothing to wait for before the first request: all is known, or nobody answers.
    package var isReady = false
    /// Whether no answer is awaited that might change something.
    package var isSettled = true
    /// The same for people.
    package var summary = "connecting"

    /// Nothing is known yet.
    package init() {}
}

/// What the process that serves asks of the one that follows the engine: one byte each.
enum DiscoveryRequest: UInt8 {
    /// Ask for everything again.
    case reconcile = 1
}
