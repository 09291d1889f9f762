package import Bytes

/// A value that a template takes from the request, its answer or the connection (nginx's variables).
package enum Variable: Hashable, Sendable {
    /// `$args`, `$query_string`: the query without its `?`.
    case args
    /// `$arg_NAME`: the value of one parameter of the query, undecoded; the name in lower case.
    case argument(ByteString)
    /// `$connection`: the serial number of the client's connection.
    case connection
    /// `$proxy_x_forwarded_for` of nginx-proxy: what X-Forwarded-For is set to by default.
    case forwardedFor
    /// `$proxy_x_forwarded_host` of nginx-proxy: what X-Forwarded-Host is set to by default.
    case forwardedHost
    /// `$proxy_x_forwarded_port` of nginx-proxy: what X-Forwarded-Port is set to by default.
    case forwardedPort
    /// `$proxy_x_forwarded_proto` of nginx-proxy: what X-Forwarded-Proto is set to by default.
    case forwardedProto
    /// `$proxy_x_forwarded_ssl` of nginx-proxy: `on` or `off`, what X-Forwarded-Ssl is set to by default.
    case forwardedSSL
    /// `$host_port` of nginx-proxy: the port of the Host that the client asked for, with its colon; nothing where it has none.
    case hostPort
    /// `$host`: the host that the request is for, lower-case, without port.
    case host
    /// `$hostname`: the name of this machine.
    case hostname
    /// `$http_NAME`: a field of the request; the name in lower case with `-` for `_`.
    case http(ByteString)
    /// `$https`: `on` over TLS, else nothing.
    case https
    /// `$is_args`: `?` where the request has a query that is not empty, else nothing.
    case isArgs
    /// `$msec`: the time as seconds since 1970 with milliseconds.
    case msec
    /// `$proxy_add_x_forwarded_for`: the client's X-Forwarded-For with its address appended.
    case proxyAddForwardedFor
    /// `$proxy_connection` of nginx-proxy: `upgrade` where the client asks for an upgrade, else nothing.
    case proxyConnection
    /// `$proxy_host`: the name of the upstream.
    case proxyHost
    /// `$proxy_port`: the port of the upstream.
    case proxyPort
    /// `$proxy_protocol_addr`: the client's address as a PROXY header said it.
    case proxyProtocolAddress
    /// `$proxy_protocol_port`: the client's port as a PROXY header said it.
    case proxyProtocolPort
    /// `$realip_remote_addr`: the address of the peer, whoever it says the client is.
    case peerAddress
    /// `$realip_remote_port`: the port of the peer.
    case peerPort
    /// `$proxy_upgrade` of nginx-proxy: the client's Upgrade field, else nothing.
    case proxyUpgrade
    /// `$remote_addr`: the client's address.
    case remoteAddress
    /// `$remote_port`: the client's port.
    case remotePort
    /// `$remote_user`: the name given with Basic authentication.
    case remoteUser
    /// `$request`: the request line.
    case request
    /// `$request_id`: 16 random bytes in hexadecimal, the same for the whole request.
    case requestID
    /// `$request_length`: the bytes of the request read so far.
    case requestLength
    /// `$request_method`.
    case requestMethod
    /// `$request_uri`: the target as it was sent, with its query.
    case requestURI
    /// `$scheme`: `http` or `https`.
    case scheme
    /// `$sent_http_NAME`: a field of the answer as it is sent; the name as in `http`.
    case sentHTTP(ByteString)
    /// `$server_addr`: the address that the client connected to.
    case serverAddress
    /// `$server_name`: the virtual host's name.
    case serverName
    /// `$server_port`: the port that the client connected to.
    case serverPort
    /// `$server_protocol`: `HTTP/1.1` and the like.
    case serverProtocol
    /// `$status`: the status of the answer.
    case status
    /// `$time_iso8601`: the local time in ISO 8601.
    case timeISO8601
    /// `$time_local`: the local time in the form of access logs.
    case timeLocal
    /// `$ssl_…`: what is known of the client's TLS connection.
    case tls(TLSVariable)
    /// `$upstream_addr`: the backend's address and port.
    case upstreamAddress
    /// `$upstream_http_NAME`: a field of the backend's answer; the name as in `http`.
    case upstreamHTTP(ByteString)
    /// `$upstream_status`: the status of the backend's answer.
    case upstreamStatus
    /// `$uri`, `$document_uri`: the path, decoded and normalised.
    case uri
}
