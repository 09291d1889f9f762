package import Bytes

/// A value that a template takes from the request, its answer or the connection (nginx's variables).
package enum Variable: Hashable, Sendable {
    /// `$args`, `$query_string`: the query without its `?`.
    case args
    /// `$arg_NAME`: the value of one parameter of the query, undecoded; the name in lower case.
    case argument(ByteString)
    /// `$binary_remote_addr`: the client's address as 4 or 16 bytes.
    case binaryRemoteAddress
    /// `$body_bytes_sent`: the bytes of the answer's body that the client was sent.
    case bodyBytesSent
    /// `$bytes_sent`: the bytes that the client was sent, the answer's head included.
    case bytesSent
    /// `$1` to `$9`: what a group of the regular expression matched that matched last.
    case capture(Int)
    /// `$connection`: the serial number of the client's connection.
    case connection
    /// `$connection_requests`: how many requests the client has made over its connection, this one included.
    case connectionRequests
    /// `$connection_time`: how long the client's connection has stood, in seconds with milliseconds.
    case connectionTime
    /// `$cookie_NAME`: the value of a cookie; the name as it is.
    case cookie(ByteString)
    /// `$NAME`: what `set`, or a named group of a regular expression, gave it; nothing before.
    case custom(ByteString)
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
    /// `$http2`: `h2` in HTTP/2 over TLS, `h2c` in HTTP/2 in the clear, else nothing.
    case http2
    /// `$https`: `on` over TLS, else nothing.
    case https
    /// `$is_args`: `?` where the request has a query that is not empty, else nothing.
    case isArgs
    /// A variable of `map`.
    case mapped(VariableMap)
    /// `$msec`: the time as seconds since 1970 with milliseconds.
    case msec
    /// A variable of nginx that never has a value here, such as `$upstream_cache_status`.
    case nothing
    /// `$pid`: the number of this process.
    case processID
    /// `$pipe`: `p` where the request was sent before the last one was answered, else `.`.
    case pipe
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
    /// `$request_completion`: `OK` where the answer was sent whole, else nothing.
    case requestCompletion
    /// `$request_id`: 16 random bytes in hexadecimal, the same for the whole request.
    case requestID
    /// `$request_length`: the bytes of the request read so far.
    case requestLength
    /// `$request_method`.
    case requestMethod
    /// `$request_time`: how long the request has taken since its first byte, in seconds with milliseconds.
    case requestTime
    /// `$request_uri`: the target as it was sent, with its query.
    case requestURI
    /// `$fastcgi_script_name`: the path, with the index behind one that ends in `/`.
    case scriptName
    /// `$document_root`: the folder of the scripts of a FastCGI application, else that of the files that are served.
    case documentRoot
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
    /// `$upstream_bytes_received`: the bytes that the backend sent.
    case upstreamBytesReceived
    /// `$upstream_bytes_sent`: the bytes that the backend was sent.
    case upstreamBytesSent
    /// `$upstream_connect_time`: how long connecting to the backend took, in seconds with milliseconds.
    case upstreamConnectTime
    /// `$upstream_header_time`: how long it took until the head of the backend's answer was there.
    case upstreamHeaderTime
    /// `$upstream_http_NAME`: a field of the backend's answer; the name as in `http`.
    case upstreamHTTP(ByteString)
    /// `$upstream_response_length`: the bytes of the body that the backend sent.
    case upstreamResponseLength
    /// `$upstream_response_time`: how long it took until the backend's answer was whole.
    case upstreamResponseTime
    /// `$upstream_status`: the status of the backend's answer.
    case upstreamStatus
    /// `$uri`, `$document_uri`: the path, decoded and normalised.
    case uri
}
