import Foundation
import Testing

extension EndToEnd {
    @Suite("WebSocket over HTTP/2", .requires(.webSocket, .webSocketHTTP2))
    struct WebSocketHTTP2Tests {
        private let site: Site
        private let backend: RunningProcess
        private let door: FrontDoor

        /// A client of RFC 8441 that goes through all of it, on one connection, and says `done` when everything was as it
        /// should be.
        private static let client = """
            import os, socket, ssl, sys
            from h2.config import H2Configuration
            from h2.connection import H2Connection
            from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset
            from websockets.connection import Connection, Side, State
            from websockets.frames import Opcode

            # One connection of HTTP/2 with any number of WebSockets on it.
            class Client:
                def __init__(self, port, authority):
                    self.plain = socket.create_connection(("127.0.0.1", port), 30)
                    self.socket = self.plain
                    self.scheme = "http"
                    if authority:
                        trust = ssl.create_default_context(cafile=authority)
                        trust.set_alpn_protocols(["h2", "http/1.1"])
                        self.socket = trust.wrap_socket(self.plain, server_hostname="ws.test")
                        assert self.socket.selected_alpn_protocol() == "h2", "ALPN"
                        self.scheme = "https"
                    self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
                    self.h2.initiate_connection()
                    self.h2.increment_flow_control_window(1 << 24)
                    self.streams = {}
                    self.until(lambda: self.h2.remote_settings.enable_connect_protocol == 1)

                def open(self, path, protocol="websocket"):
                    stream = WebSocket(self.h2.get_next_available_stream_id())
                    self.streams[stream.id] = stream
                    self.h2.send_headers(stream.id, [
                        (":method", "CONNECT"), (":protocol", protocol), (":scheme", self.scheme), (":path", path),
                        (":authority", "ws.test"), ("sec-websocket-version", "13"), ("origin", "http://ws.test")])
                    self.h2.increment_flow_control_window(1 << 22, stream.id)
                    self.until(lambda: stream.status)
                    return stream

                def until(self, isReached):
                    while True:
                        for stream in self.streams.values():
                            self.write(stream)
                        data = self.h2.data_to_send()
                        if data:
                            self.socket.sendall(data)
                        if isReached():
                            return
                        data = self.socket.recv(1 << 17)
                        assert data, "the connection ended"
                        for event in self.h2.receive_data(data):
                            self.note(event)

                def note(self, event):
                    stream = self.streams.get(getattr(event, "stream_id", None))
                    if isinstance(event, ResponseReceived):
                        stream.status = dict(event.headers)[":status"]
                        stream.fields = dict(event.headers)
                    elif isinstance(event, DataReceived):
                        if stream.status == "200":
                            stream.frames.receive_data(event.data)
                        self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    elif isinstance(event, StreamEnded):
                        stream.frames.receive_eof()
                        stream.isEnded = True
                    elif isinstance(event, StreamReset):
                        stream.isReset = True

                def write(self, stream):
                    if stream.status != "200" or stream.hasSentEnd:
                        return
                    for data in stream.frames.data_to_send():
                        if data:
                            stream.waiting += data
                        else:
                            stream.hasEnd = True
                    while stream.waiting:
                        count = min(self.h2.local_flow_control_window(stream.id), self.h2.max_outbound_frame_size)
                        if count <= 0:
                            return
                        self.h2.send_data(stream.id, bytes(stream.waiting[:count]))
                        del stream.waiting[:count]
                    if stream.hasEnd:
                        stream.hasSentEnd = True
                        self.h2.end_stream(stream.id)

                def echo(self, stream, message):
                    if isinstance(message, str):
                        stream.frames.send_text(message.encode())
                    else:
                        stream.frames.send_binary(message)
                    self.until(lambda: stream.messages())
                    got = stream.received.pop(0)
                    assert got == message, "a message of %d" % len(message)

            class WebSocket:
                def __init__(self, id):
                    self.id = id
                    self.status = None
                    self.fields = {}
                    self.frames = Connection(Side.CLIENT, State.OPEN, max_size=None)
                    self.waiting = bytearray()
                    self.hasEnd = self.hasSentEnd = self.isEnded = self.isReset = False
                    self.received = []
                    self.pongs = []
                    self.parts = []

                def messages(self):
                    for frame in self.frames.events_received():
                        if frame.opcode is Opcode.PONG:
                            self.pongs.append(frame.data)
                        if frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                            if frame.opcode is not Opcode.CONT:
                                self.kind = frame.opcode
                            self.parts.append(frame.data)
                            if frame.fin:
                                data = b"".join(self.parts)
                                self.parts = []
                                self.received.append(data.decode() if self.kind is Opcode.TEXT else data)
                    return self.received

            def main(port, path, authority=None):
                client = Client(int(port), authority)
                stream = client.open(path)
                assert stream.status == "200", stream.fields
                for message in ["", "a", "grüße", "x" * 70000, b"", b"\\0\\xff" * 40000]:
                    client.echo(stream, message)
                client.echo(stream, os.urandom(1 << 16) * 1024)
                stream.frames.send_ping(b"still there")
                client.until(lambda: stream.messages() or stream.pongs)
                assert stream.pongs == [b"still there"], "a pong"
                stream.frames.send_text(b"close")
                client.until(lambda: stream.isEnded)
                closing = (stream.frames.close_code, stream.frames.close_reason)
                assert closing == (4001, "as you wish"), "the code of the server's close"
                streams = [client.open(path) for _ in range(20)]
                for number, stream in enumerate(streams):
                    stream.frames.send_text(str(number).encode())
                for number, stream in enumerate(streams):
                    client.until(lambda: stream.messages())
                    assert stream.received == [str(number)]
                    stream.frames.send_close(1001)
                    client.until(lambda: stream.isEnded)
                    assert stream.frames.close_code == 1001, "the code of the client's close"
                assert not any(stream.isReset for stream in client.streams.values()), "a stream that was reset"
                assert client.open("/closed/").status == "403", "a refusal"
                assert client.open(path, "connect-udp").status == "501", "another protocol"
                print("done")

            main(*sys.argv[1:])
            """

        init() throws {
            site = try Site()
            let port = try freePort()
            try site.folder.write("server.py", WebSocketTests.server)
            try site.folder.write("client.py", Self.client)
            try site.makeCertificate("ws.test")
            backend = try RunningProcess(
                Command([Requirement.python, site.folder["server.py"], "\(port)"]), output: site.folder["server.out"],
                errors: site.folder["server.out"])
            try site.configure(
                "ws.test",
                """
                location / { proxy_pass http://127.0.0.1:\(port); }
                location /closed/ { return 403; }
                """)
            door = try FrontDoor(site, environment: ["HTTPS_METHOD": "noredirect"])
            try eventually("the server answers") {
                try Curl("http://127.0.0.1:\(port)/").outcome().status != 0
            }
        }

        @Test(
            "carries text, binary and 64 MiB at once, pings and codes of closing, on many streams of one connection",
            .timeLimit(.minutes(3)), arguments: [false, true])
        func everything(isSecure: Bool) throws {
            let before = try door.peakMemory()
            let outcome = try Command(
                [
                    Requirement.python, site.folder["client.py"], "\(isSecure ? door.https : door.http)", "/a?b",
                ] + (isSecure ? [site.certificate("ws.test")] : [])
            ).outcome(within: .seconds(60))
            #expect(outcome.output == "done\n", "\(outcome)\n\(door.log)")
            try eventually("the log has all of them") {
                let lines = door.accessLog.split(separator: "\n").filter { $0.contains(#""GET /a?b HTTP/2.0""#) }
                return lines.count == 22 && lines.count { $0.contains(" 200 ") } == 21
            }
            // 64 MiB went both ways, through windows that grow no further than they must.
            #expect(try door.peakMemory() - before < 32 << 20)
        }
    }
}

extension Requirement {
    /// A client of HTTP/2 that can be taught extended CONNECT.
    static let webSocketHTTP2 = Requirement.files(["/usr/lib/python3/dist-packages/h2"])
}
