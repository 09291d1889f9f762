/// Messages as clients and backends send them.
enum Samples {
    /// What a Docker client asks before it pulls a layer.
    static let request = bytes(
        """
        GET /v2/library/debian/blobs/sha256:0f4b0d6a3e0a4c1c6c7a5d8f2b9e1d3c5a7f9e8b6d4c2a0f1e3d5c7b9a8f6e4d HTTP/1.1
        Host: registry.example.com
        User-Agent: docker/24.0.7 go/go1.20.10 git-commit/311b9ff kernel/6.1.0 os/linux arch/amd64 UpstreamClient(Docker)
        Accept: application/vnd.docker.distribution.manifest.v2+json
        Accept-Encoding: gzip
        Connection: close
        """)

    /// What a browser asks.
    static let browserRequest = bytes(
        """
        GET /dashboard/projects?page=2&sort=updated HTTP/1.1
        Host: app.example.com
        Connection: keep-alive
        Cache-Control: max-age=0
        sec-ch-ua: "Chromium";v="118", "Not=A?Brand";v="99"
        sec-ch-ua-mobile: ?0
        sec-ch-ua-platform: "Linux"
        Upgrade-Insecure-Requests: 1
        User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.0.0 Safari/537.36
        Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8
        Sec-Fetch-Site: same-origin
        Sec-Fetch-Mode: navigate
        Referer: https://app.example.com/dashboard
        Accept-Encoding: gzip, deflate, br
        Accept-Language: en-GB,en;q=0.9,de;q=0.8
        Cookie: session=8f14e45fceea167a5a36dedd4bea2543; theme=dark; _ga=GA1.1.1234567890.1690000000
        """)

    /// What a registry answers.
    static let response = bytes(
        """
        HTTP/1.1 200 OK
        Accept-Ranges: bytes
        Cache-Control: max-age=31536000
        Content-Length: 31403
        Content-Type: application/octet-stream
        Docker-Content-Digest: sha256:0f4b0d6a3e0a4c1c6c7a5d8f2b9e1d3c5a7f9e8b6d4c2a0f1e3d5c7b9a8f6e4d
        Docker-Distribution-Api-Version: registry/2.0
        Etag: "sha256:0f4b0d6a3e0a4c1c6c7a5d8f2b9e1d3c5a7f9e8b6d4c2a0f1e3d5c7b9a8f6e4d"
        Date: Sat, 21 Nov 2026 12:00:00 GMT
        """)

    private static func bytes(_ lines: String) -> [UInt8] {
        Array(lines.split(separator: "\n").map { $0 + "\r\n" }.joined().utf8) + Array("\r\n".utf8)
    }
}
