package import Bytes

/// Which peers are proxies that name the client in a field, and in which (nginx's realip module).
package struct ClientAddressRule: Hashable, Sendable {
    /// Those that are believed; where there are none, the client is whoever the connection is with (`set_real_ip_from`).
    package var trusted: [IPNetwork] = []
    /// The field that names the client; nil for the PROXY header, which is believed anyway (`real_ip_header`).
    package var field: ByteString? = "X-Real-IP"
    /// Whether the last address of the field that is not trusted counts, instead of the last one (`real_ip_recursive`).
    package var isRecursive = false

    /// nginx's defaults, under which nobody is believed.
    package init() {}

    /// Whether the word of a peer with this address is taken.
    package func trusts(_ address: IPAddress) -> Bool { trusted.contains { $0.contains(address) } }
}
