package import Bytes

/// Why a container that asks for a host gets no requests.
package enum LeftOutReason: Error, Hashable {
    /// `VIRTUAL_DEST` is not a path.
    case badDestination(String)
    /// `VIRTUAL_PATH` is not a path and not a regular expression.
    case badPath(String)
    /// `VIRTUAL_PORT` is not a port.
    case badPort(String)
    /// `VIRTUAL_DEST` stands beside a regular expression, of which no part can be replaced by it.
    case destinationOfPattern(String)
    /// Its address must not be sent to: loopback, link-local or unspecified.
    case forbiddenAddress(IPAddress)
    /// It uses host networking and Portico has no gateway to the host.
    case hostUnreachable
    /// It uses host networking and does not say its port.
    case hostWithoutPort
    /// It is Portico itself.
    case itself
    /// It shares a network with Portico and has no address there.
    case noAddress(network: String)
    /// It shares no network with Portico; the names are those of its own networks.
    case noSharedNetwork([String])
    /// The host's file says where requests go.
    case replacedByFile(String)
    /// Its health check has not passed yet, and others of its host can serve.
    case starting
    /// Its health check fails, and others of its host can serve.
    case unhealthy
    /// A variable asks for something that is not supported, and without which its requests would go wrong.
    case unsupported(variable: String, value: String)
    /// Its `VIRTUAL_HOST_MULTIPORTS` cannot be understood.
    case unreadableMultiports(String)
    /// No name in its `VIRTUAL_HOST` could be used.
    case unusableHost
}

extension LeftOutReason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badDestination(let text): "VIRTUAL_DEST \(Quoted(text)) is not a path that begins with /"
        case .badPath(let text): "VIRTUAL_PATH \(Quoted(text)) cannot be used"
        case .badPort(let text): "VIRTUAL_PORT \(Quoted(text)) is not a port from 1 to 65535"
        case .destinationOfPattern(let text):
            "VIRTUAL_DEST \(Quoted(text)) cannot stand beside a regular expression in VIRTUAL_PATH"
        case .forbiddenAddress(let address): "its address \(address) is never sent to"
        case .hostUnreachable:
            "it uses host networking, and Portico's container has no network with a gateway to the host"
        case .hostWithoutPort: "it uses host networking and needs VIRTUAL_PORT"
        case .itself: "it is Portico itself"
        case .noAddress(let network): "it has no address in the network \(network)"
        case .noSharedNetwork([]): "it is attached to no network"
        case .noSharedNetwork(let names):
            "it shares no network with Portico (it is attached to \(names.joined(separator: ", ")))"
        case .replacedByFile(let path): "proxy_pass in \(path) says where requests go"
        case .starting: "its health check has not passed yet"
        case .unhealthy: "its health check fails"
        case .unsupported(let variable, let value): "\(variable) \(Quoted(value)) is not supported"
        case .unreadableMultiports(let reason): "its VIRTUAL_HOST_MULTIPORTS cannot be understood: \(reason)"
        case .unusableHost: "no name in its VIRTUAL_HOST can be used"
        }
    }
}
