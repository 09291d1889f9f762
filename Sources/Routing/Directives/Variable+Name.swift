internal import Bytes

extension Variable {
    /// The variable that nginx knows by this name, without the dollar and in any case; nil where there is none.
    init?(name: String) {
        let name = name.lowercased()
        if let variable = Self.names[name] {
            self = variable
            return
        }
        if name.utf8.count == 1, let digit = name.utf8.first, (0x31...0x39).contains(digit) {
            self = .capture(Int(digit) - 0x30)
            return
        }
        for (prefix, make) in Self.families where name.hasPrefix(prefix) && name.utf8.count > prefix.utf8.count {
            self = make(name.dropFirst(prefix.utf8.count))
            return
        }
        return nil
    }

    /// The variables with one name each.
    static let names: [String: Variable] = [
        "args": .args,
        "binary_remote_addr": .binaryRemoteAddress,
        "body_bytes_sent": .bodyBytesSent,
        "bytes_sent": .bytesSent,
        "connection": .connection,
        "connection_requests": .connectionRequests,
        "connection_time": .connectionTime,
        "content_length": .http("content-length"),
        "content_type": .http("content-type"),
        "document_root": .documentRoot,
        "document_uri": .uri,
        "fastcgi_script_name": .scriptName,
        "gzip_ratio": .nothing,
        "host": .host,
        "host_port": .hostPort,
        "hostname": .hostname,
        "http2": .http2,
        "https": .https,
        "is_args": .isArgs,
        "msec": .msec,
        "pid": .processID,
        "pipe": .pipe,
        "proxy_add_x_forwarded_for": .proxyAddForwardedFor,
        "proxy_connection": .proxyConnection,
        "proxy_host": .proxyHost,
        "proxy_port": .proxyPort,
        "proxy_protocol_addr": .proxyProtocolAddress,
        "proxy_protocol_port": .proxyProtocolPort,
        "proxy_upgrade": .proxyUpgrade,
        "proxy_x_forwarded_for": .forwardedFor,
        "proxy_x_forwarded_host": .forwardedHost,
        "proxy_x_forwarded_port": .forwardedPort,
        "proxy_x_forwarded_proto": .forwardedProto,
        "proxy_x_forwarded_ssl": .forwardedSSL,
        "query_string": .args,
        "realip_remote_addr": .peerAddress,
        "realip_remote_port": .peerPort,
        "remote_addr": .remoteAddress,
        "remote_port": .remotePort,
        "remote_user": .remoteUser,
        "request": .request,
        "request_completion": .requestCompletion,
        "request_id": .requestID,
        "request_length": .requestLength,
        "request_method": .requestMethod,
        "request_time": .requestTime,
        "request_uri": .requestURI,
        "scheme": .scheme,
        "server_addr": .serverAddress,
        "server_name": .serverName,
        "server_port": .serverPort,
        "server_protocol": .serverProtocol,
        "status": .status,
        "time_iso8601": .timeISO8601,
        "time_local": .timeLocal,
        "upstream_addr": .upstreamAddress,
        "upstream_bytes_received": .upstreamBytesReceived,
        "upstream_bytes_sent": .upstreamBytesSent,
        "upstream_cache_status": .nothing,
        "upstream_connect_time": .upstreamConnectTime,
        "upstream_header_time": .upstreamHeaderTime,
        "upstream_response_length": .upstreamResponseLength,
        "upstream_response_time": .upstreamResponseTime,
        "upstream_status": .upstreamStatus,
        "uri": .uri,
    ].merging(TLSVariable.allCases.map { ($0.rawValue, .tls($0)) }) { known, _ in known }

    /// The variables whose name ends in the name of a field or parameter.
    private static let families: [(prefix: String, make: @Sendable (Substring) -> Variable)] = [
        ("arg_", { .argument(ByteString(String($0))) }),
        ("cookie_", { .cookie(ByteString(String($0))) }),
        ("http_", { .http(fieldName($0)) }),
        ("sent_http_", { .sentHTTP(fieldName($0)) }),
        ("upstream_http_", { .upstreamHTTP(fieldName($0)) }),
    ]

    private static func fieldName(_ name: Substring) -> ByteString {
        ByteString(name.utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 })
    }
}
