package import Bytes
internal import Passwords

/// A request that nobody has sent, to see what would become of it.
package struct RehearsedRequest: Sendable {
    /// The method.
    package var method: ByteString
    /// The path and the query, as they would stand in the request line.
    package var target: ByteString
    /// The host that is asked for, with its port where it names one.
    package var host: ByteString
    /// Fields beside `Host`.
    package var fields: [(name: ByteString, value: ByteString)] = []
    /// The size of the body in bytes; nil for none.
    package var bodySize: Int?
    /// A user whose password is taken for the right one; nil for a request without credentials.
    package var user: ByteString?
    /// Who the client is.
    package var client: Endpoint
    /// Where it arrives.
    package var listener: ListenAddress

    /// A request of a client.
    package init(
        method: ByteString = "GET", target: ByteString, host: ByteString, client: Endpoint, listener: ListenAddress
    ) {
        self.method = method
        self.target = target
        self.host = host
        self.client = client
        self.listener = listener
    }

    /// The head as it would come; `password` is the one that goes with the user.
    func head(password: ByteString) -> [UInt8] {
        var lines: [[UInt8]] = [
            method.bytes + [ASCII.space] + target.bytes + Array(" HTTP/1.1".utf8), Array("Host: ".utf8) + host.bytes,
        ]
        if let user {
            let credentials = (user.bytes + [ASCII.colon] + password.bytes).withUnsafeBytes(Base64.encode)
            lines.append(Array("Authorization: Basic \(credentials)".utf8))
        }
        for field in fields { lines.append(field.name.bytes + Array(": ".utf8) + field.value.bytes) }
        if let bodySize { lines.append(Array("Content-Length: \(bodySize)".utf8)) }
        return Array(lines.joined(separator: Array("\r\n".utf8))) + Array("\r\n\r\n".utf8)
    }
}
