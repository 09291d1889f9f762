import Bytes
import Proxy
import Routing
import Testing

@Suite("limit_req and limit_conn", .timeLimit(.minutes(10)))
struct LimitsTests {
    @Test("refuse requests that come too fast, by host file and key, and count each of them once")
    func requests() throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy(
            file: """
                limit_req zone=one burst=1 nodelay; limit_req_status 429;
                limit_req_zone $arg_k zone=one:1m rate=1r/m;
                location / { proxy_pass http://BACKEND; error_page 429 /slow; }
                location /moved/ { rewrite ^/moved(/.*) $1 last; }
                location = /slow { return 200 slow; }
                location /free/ { return 200; }
                """, to: backend)
        #expect(try (1...3).map { _ in try proxy.get("/?k=a").status } == [200, 200, 429])
        #expect(try proxy.get("/?k=a").text == "slow")
        #expect(try (1...3).map { _ in try proxy.get("/moved/x?k=b").status } == [200, 200, 429])
        #expect(try (1...3).map { _ in try proxy.get("/").status } == [200, 200, 200])
        #expect(try (1...3).map { _ in try proxy.get("/free/?k=c").status } == [200, 200, 200])
        #expect(backend.log.current.requests.count == 7)
    }

    @Test("have requests wait for their turn, and forget those whose client leaves")
    func delays() throws {
        let proxy = try TestProxy(
            file: """
                limit_req_zone $binary_remote_addr zone=quick:1m rate=500r/s;
                limit_req_zone $binary_remote_addr zone=slow:1m rate=1r/m;
                location / { limit_req zone=quick burst=9; root /nowhere; }
                location /slow { limit_req zone=slow burst=9; root /nowhere; }
                """)
        let clients = try (1...5).map { _ in try proxy.connect() }
        for client in clients { try client.send("GET / HTTP/1.1\r\nHost: red.test\r\n\r\n") }
        for client in clients { #expect(try client.receiveResponse().status == 404) }
        #expect(try proxy.get("/slow").status == 404)
        let waiting = try proxy.connect()
        try waiting.send("GET /slow HTTP/1.1\r\nHost: red.test\r\n\r\n")
        waiting.reset()
        #expect(try proxy.get("/").status == 404)
    }

    @Test("refuse requests while too many are under way, and count those that are over no more")
    func connections() throws {
        let backend = try ScriptedBackend(
            { connection in
                _ = try connection.receiveRequest()
                try connection.waitForEnd()
            },
            { connection in
                while true {
                    _ = try connection.receiveRequest()
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                }
            })
        let proxy = try TestProxy(
            file: """
                limit_conn_zone $server_name zone=all:1m; limit_conn all 1; error_page 503 /busy;
                location / { proxy_pass http://BACKEND; }
                location = /busy { return 200 busy; }
                """, to: backend)
        let first = try proxy.connect()
        try first.send("GET / HTTP/1.1\r\nHost: red.test\r\n\r\n")
        _ = try backend.requests(1)
        let refused = try proxy.get("/")
        #expect((refused.status, refused.text) == (503, "busy"))
        first.reset()
        try backend.waitUntilEnded(1)
        let client = try proxy.connect()
        for _ in 1...3 {
            try client.send("GET / HTTP/1.1\r\nHost: red.test\r\n\r\n")
            #expect(try client.receiveResponse().status == 200)
        }
    }
}
