internal import Bytes
internal import Net

/// A client's connection as its worker knows it, whichever protocol it speaks.
protocol ClientConnection: AnyObject {
    /// Whether the connection was accepted there.
    func came(through listener: ListenAddress) -> Bool

    /// Ends the connection as soon as no request is under way, because its listener is gone.
    func leave()

    /// Closes the connection if no request is under way; otherwise it ends with those that are.
    func drain()

    /// Ends as soon as the client has been told that it will, and not before.
    func retire()

    /// Closes the connection now. An answer that is cut by this is seen to be cut.
    func stop()

    /// Closes the connection, because others need what it has. A request that has come meanwhile is still served; one that is
    /// under way is told the error where its answer has not begun.
    ///
    /// - Parameter isAtOnce: whether its descriptor is needed, so that nobody can be waited for to read that.
    func giveWay(_ error: ExchangeError, isAtOnce: Bool)

    /// Who the client is.
    var client: IPAddress { get }

    /// Its number in its worker; older connections have smaller ones.
    var serial: Int { get }

    /// Whether no request is under way.
    var isIdle: Bool { get }

    /// Roughly how many bytes of memory it holds, with what its requests hold of connections to backends.
    var heldBytes: Int { get }

    /// How many requests it has brought.
    var requestCount: Int { get }
}
