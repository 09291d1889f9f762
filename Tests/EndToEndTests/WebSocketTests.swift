import Foundation
import Testing

extension EndToEnd {
    @Suite("WebSocket", .requires(.webSocket))
    struct WebSocketTests {
        private let site: Site
        private let backend: RunningProcess
        private let door: FrontDoor
        private let port: Int

        /// A server that says each message back, and closes with a code of its own where it is told to.
        static let server = """
            import asyncio, sys, websockets

            async def serve(connection, path):
                async for message in connection:
                    if message == "close":
                        return await connection.close(4001, "as you wish")
                    await connection.send(message)

            async def main():
                async with websockets.serve(serve, "127.0.0.1", int(sys.argv[1]), max_size=None, compression=None):
                    await asyncio.Future()

            asyncio.run(main())
            """

        /// A client that goes through all of it, and says `done` when everything was as it should be.
        private static let client = """
            import asyncio, os, ssl, sys, websockets

            async def main(url, port, authority):
                security = {}
                if url.startswith("wss:"):
                    trust = ssl.create_default_context(cafile=authority)
                    security = {"ssl": trust, "server_hostname": "ws.test"}
                connect = lambda: websockets.connect(
                    url, host="127.0.0.1", port=int(port), max_size=None, ping_interval=None, **security)
                async with connect() as connection:
                    for message in ["", "a", "grüße", "x" * 70000, b"", b"\\0\\xff" * 40000]:
                        await connection.send(message)
                        assert await connection.recv() == message, "a message of %d" % len(message)
                    large = os.urandom(1 << 16) * 1024
                    await connection.send(large)
                    assert await connection.recv() == large, "64 MiB"
                    await asyncio.wait_for(await connection.ping(b"still there"), 20)
                    await connection.send("close")
                    await asyncio.wait_for(connection.wait_closed(), 20)
                    assert (connection.close_code, connection.close_reason) == (4001, "as you wish")
                connections = [await connect() for _ in range(20)]
                for number, connection in enumerate(connections):
                    await connection.send(str(number))
                for number, connection in enumerate(connections):
                    assert await connection.recv() == str(number)
                    await connection.close(1001)
                    assert connection.close_code == 1001
                print("done")

            asyncio.run(main(*sys.argv[1:]))
            """

        init() throws {
            site = try Site()
            port = try freePort()
            try site.folder.write("server.py", Self.server)
            try site.folder.write("client.py", Self.client)
            try site.makeCertificate("ws.test")
            backend = try RunningProcess(
                Command([Requirement.python, site.folder["server.py"], "\(port)"]), output: site.folder["server.out"],
                errors: site.folder["server.out"])
            try site.configure(
                "ws.test",
                """
                location / { proxy_pass http://127.0.0.1:\(port); }
                location /own/ {
                    proxy_http_version 1.1;
                    proxy_set_header Host $http_host;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection "upgrade";
                    proxy_pass http://127.0.0.1:\(port);
                }
                """)
            door = try FrontDoor(site, environment: ["HTTPS_METHOD": "noredirect"])
        }

        @Test(
            "carries text, binary and 64 MiB at once, pings and codes of closing, of a real client and server",
            .timeLimit(.minutes(3)), arguments: ["ws", "wss"])
        func everything(_ scheme: String) throws {
            let client = { (path: String) in
                try Command([
                    Requirement.python, site.folder["client.py"], "\(scheme)://ws.test\(path)",
                    "\(scheme == "wss" ? door.https : door.http)", site.certificate("ws.test"),
                ]).outcome(within: .seconds(60))
            }
            try eventually("the server answers") {
                try Curl("http://127.0.0.1:\(port)/").outcome().status != 0
            }
            let before = try door.peakMemory()
            for path in ["/a?b", "/own/"] {
                let outcome = try client(path)
                #expect(outcome.output == "done\n", "\(outcome)\n\(door.log)")
            }
            try eventually("the log has all connections") {
                door.accessLog.split(separator: "\n").count { $0.contains(" 101 ") } == 42
            }
            // 64 MiB went both ways, through buffers that are as small as for everything else.
            #expect(try door.peakMemory() - before < 32 << 20)
        }
    }
}

extension Requirement {
    /// Debian's Python, for which its packages are.
    static let python = "/usr/bin/python3"

    static let webSocket = Requirement.files(["/usr/lib/python3/dist-packages/websockets"])
}
