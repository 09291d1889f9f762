"""Clients and a backend that take note of every request that fails: python3 clients.py backend PORT PORT | clients PORT AUTHORITY FOLDER.

The clients go on until FOLDER/stop is there; FOLDER/ready is made when all of them have begun. Then a line of JSON says how many
requests each kind has made, and a line of text what has failed.
"""
import asyncio
import hashlib
import http.client
import json
import os
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PIECE = b"0123456789abcdef" * 64


class Backend(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def chunk(self, piece):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.flush()

    def do_GET(self):
        if self.path != "/long":
            return self.answer(b"short")
        # Pieces until /stop was asked for, then their number.
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        count = 0
        while not self.server.stopping.wait(0.02):
            self.chunk(PIECE)
            count += 1
        self.chunk(b"%010d" % count)
        self.chunk(b"")

    def do_POST(self):
        if self.path == "/stop":
            self.server.stopping.set()
            return self.answer(b"")
        digest, total = hashlib.sha256(), 0
        while True:
            size = int(self.rfile.readline(), 16)
            piece = self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                break
            digest.update(piece)
            total += size
        self.answer(json.dumps([total, digest.hexdigest()]).encode())


class Clients:
    def __init__(self, port, authority, folder):
        self.port, self.authority, self.folder = port, authority, folder
        self.trust = ssl.create_default_context(cafile=authority)
        self.counts, self.failures = {}, []
        self.lock = threading.Lock()

    def stopping(self):
        return os.path.exists(self.folder + "/stop")

    def count(self, kind):
        with self.lock:
            self.counts[kind] = self.counts.get(kind, 0) + 1

    def connect(self):
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=self.trust)

    def short(self, keeping):
        connection = None
        while not self.stopping():
            if connection is None:
                connection = self.connect()
            connection.request("GET", "/", headers={"Host": "up.test"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200 or body != b"short":
                raise RuntimeError("%d %r" % (answer.status, body))
            self.count("kept" if keeping else "new")
            if not keeping or answer.will_close:
                connection.close()
                connection = None

    def download(self):
        connection = self.connect()
        connection.request("GET", "/long", headers={"Host": "up.test"})
        answer = connection.getresponse()
        body = b""
        while True:
            piece = answer.read1(65536)
            if not piece:
                break
            body += piece
            self.counts["download"] = len(body)
        assert body[:-10] == PIECE * int(body[-10:]), "the download is not what was sent"

    def upload(self):
        digest, total = hashlib.sha256(), 0

        def pieces():
            nonlocal total
            while not self.stopping():
                digest.update(PIECE)
                total += len(PIECE)
                self.counts["upload"] = total
                yield PIECE
                time.sleep(0.02)

        connection = self.connect()
        connection.request("POST", "/up", body=pieces(), headers={"Host": "up.test"}, encode_chunked=True)
        answer = connection.getresponse()
        assert answer.status == 200, answer.status
        assert json.loads(answer.read()) == [total, digest.hexdigest()], "the upload is not what arrived"

    def http2(self):
        # Some requests on each connection, the next ones on another where the server has said that it will end.
        host = "up.test:%d" % self.port
        command = ["curl", "--silent", "--show-error", "--http2", "--noproxy", "*", "--cacert", self.authority, "--resolve",
                   host + ":127.0.0.1", "--write-out", "%{http_code} %{http_version}\\n", "--output", "/dev/null",
                   "https://" + host + "/?[1-50]"]
        while not self.stopping():
            run = subprocess.run(command, capture_output=True, text=True, timeout=60)
            if run.returncode != 0 or run.stdout.split("\n") != ["200 2"] * 50 + [""]:
                raise RuntimeError("%d %r %s" % (run.returncode, set(run.stdout.split("\n")), run.stderr))
            self.counts["h2"] = self.counts.get("h2", 0) + 50

    def websocket(self):
        import websockets

        async def talk():
            async with websockets.connect(
                "wss://up.test:%d/ws" % self.port, host="127.0.0.1", port=self.port, ssl=self.trust,
                server_hostname="127.0.0.1", ping_interval=None,
            ) as connection:
                while not self.stopping():
                    await connection.send("hello")
                    assert await connection.recv() == "hello"
                    self.count("websocket")
                    await asyncio.sleep(0.02)

        asyncio.run(talk())

    def guarded(self, name, body, *arguments):
        try:
            body(*arguments)
        except Exception as error:
            with self.lock:
                self.failures.append("%s: %s: %s" % (name, type(error).__name__, error))

    def run(self):
        parts = [("new", self.short, False), ("new", self.short, False), ("kept", self.short, True),
                 ("kept", self.short, True), ("h2", self.http2), ("h2", self.http2), ("download", self.download),
                 ("upload", self.upload), ("websocket", self.websocket)]
        threads = [threading.Thread(target=self.guarded, args=part, daemon=True) for part in parts]
        for thread in threads:
            thread.start()
        kinds = {part[0] for part in parts}
        while not self.failures and not kinds <= set(self.counts):
            time.sleep(0.02)
        open(self.folder + "/ready", "w").close()
        while not self.stopping():
            time.sleep(0.02)
        connection = self.connect()
        connection.request("POST", "/stop", headers={"Host": "up.test", "Content-Length": "0"})
        connection.getresponse().read()
        for thread in threads:
            thread.join(30)
        self.failures += ["%s did not end" % part[0] for part, thread in zip(parts, threads) if thread.is_alive()]
        print(json.dumps(self.counts))
        print("; ".join(self.failures))
        return 1 if self.failures else 0


def echo(port):
    import websockets

    async def serve(connection, path):
        async for message in connection:
            await connection.send(message)

    async def main():
        async with websockets.serve(serve, "127.0.0.1", port, compression=None):
            await asyncio.Future()

    asyncio.run(main())


if sys.argv[1] == "backend":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Backend)
    server.stopping = threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    echo(int(sys.argv[3]))
else:
    sys.exit(Clients(int(sys.argv[2]), sys.argv[3], sys.argv[4]).run())
