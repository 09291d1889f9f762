"""The backends: an application that does what it is asked for, one that fails in every way, and a server of gRPC."""

import base64
import hashlib
import json
import random
import socket
import ssl
import struct
import time

from backend import Backend, Gone, answer

# What is sent in both directions, by number: octets of several sizes.
SIZES = (0, 1, 1000, 16_384, 70_000, 262_144, 1_000_000, 3_000_000)
BLOBS = [random.Random(number).randbytes(size) for number, size in enumerate(SIZES)]
DIGESTS = [hashlib.sha256(blob).hexdigest() for blob in BLOBS]

TEXT = "".join("line %d of a text that can be made shorter\n" % number for number in range(5000)).encode()


class Application(Backend):
    """Serves on a port of its own choice until `stop()`. Its name is in every answer, so that no answer can be another one's."""

    def __init__(self, name, ledger, tls=None):
        self.name, self.ledger, self.tls = name, ledger, tls
        self.peers = set()
        self.is_stopped = False
        self.busy = 0
        super().__init__(0, self._welcome)
        self.port = self.listener.getsockname()[1]

    def _welcome(self, peer):
        with self.lock:
            self.peers.add(peer)
        try:
            if self.is_stopped:
                return
            if self.tls:
                try:
                    peer.socket = self.tls.wrap_socket(peer.socket, server_side=True)
                except OSError:
                    return
            while True:
                lines = peer.head()
                with self.lock:
                    self.busy += 1
                try:
                    self.respond(peer, lines)
                except (Gone, OSError):
                    raise Gone
                except Exception as error:
                    # What arrives here was written by the proxy.
                    self.ledger.unexplained("backend", "%r at %r" % (error, lines[:1]))
                    raise Gone
                finally:
                    with self.lock:
                        self.busy -= 1
        finally:
            with self.lock:
                self.peers.discard(peer)

    def stop(self):
        """Ends at once: no connection stays."""
        self.is_stopped = True
        for one in [self.listener]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
        self.let_go()

    def let_go(self):
        """Closes the connections that there are."""
        with self.lock:
            peers = list(self.peers)
        for peer in peers:
            try:
                peer.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def wait_until_idle(self, within=60):
        deadline = time.monotonic() + within
        while self.busy and time.monotonic() < deadline:
            time.sleep(0.02)

    def respond(self, peer, lines):
        method, path, _ = lines[0].decode().split(" ", 2)
        parts = path.partition("?")[0].strip("/").split("/")
        what, number = parts[0], int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
        head = b"HTTP/1.1 200 OK\r\nX-Name: %s\r\n" % self.name.encode()
        if what == "ws":
            return websocket(peer, lines)
        if what == "echo":
            received = peer.body(lines)
            return peer.send(answer(json.dumps([len(received), hashlib.sha256(received).hexdigest()]).encode(), head[:-2]))
        if method not in ("GET", "HEAD"):
            peer.body(lines)
        if what == "blob":
            body = BLOBS[number]
            peer.send(head + b"Content-Length: %d\r\n\r\n" % len(body))
            return peer.send(b"" if method == "HEAD" else body)
        if what in ("chunked", "sse"):
            kind = b"text/event-stream" if what == "sse" else b"application/octet-stream"
            peer.send(head + b"Content-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n" % kind)
            pieces = events() if what == "sse" else (BLOBS[number][at:at + 30_011] for at in range(0, SIZES[number], 30_011))
            for piece in pieces:
                peer.send(b"%x\r\n" % len(piece) + piece + b"\r\n")
            return peer.send(b"0\r\n\r\n")
        if what == "text":
            return peer.send(answer(TEXT, head + b"Content-Type: text/plain"))
        if what == "slow":
            time.sleep(number / 1000)
        peer.send(answer(self.name.encode(), head[:-2]))


def events():
    for number in range(12):
        yield b"data: %d\n\n" % number
        time.sleep(0.15)


def websocket(peer, lines):
    """Sends every message back until it is closed (RFC 6455)."""
    fields = dict(line.split(b": ", 1) for line in lines[1:])
    fields = {name.lower(): value for name, value in fields.items()}
    peer.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n"
              % accepted(fields[b"sec-websocket-key"]))
    while True:
        kind, payload = message(peer.octets)
        peer.send(frame(kind, payload))
        if kind == 8:
            raise Gone


def accepted(key):
    return base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())


def message(octets):
    """The next frame, whole: its kind and its payload. `octets(n)` gives so many of them."""
    first, second = octets(2)
    size = second & 0x7F
    if size == 126:
        size, = struct.unpack(">H", octets(2))
    elif size == 127:
        size, = struct.unpack(">Q", octets(8))
    mask = octets(4) if second & 0x80 else None
    payload = octets(size)
    return first & 0x0F, masked(payload, mask) if mask else payload


def masked(payload, mask):
    long = int.from_bytes((mask * (len(payload) // 4 + 1))[:len(payload)], "big")
    return (int.from_bytes(payload, "big") ^ long).to_bytes(len(payload), "big")


def frame(kind, payload, mask=None):
    size, flag = len(payload), 0x80 if mask else 0
    length = bytes((flag | size,)) if size < 126 else (
        bytes((flag | 126,)) + struct.pack(">H", size) if size < 65536 else bytes((flag | 127,)) + struct.pack(">Q", size))
    return bytes((0x80 | kind,)) + length + (mask + masked(payload, mask) if mask else payload)


class BadApplication(Application):
    """Does to each request what its path says: what a program does that is broken."""

    def respond(self, peer, lines):
        method, path, _ = lines[0].decode().split(" ", 2)
        if method not in ("GET", "HEAD"):
            peer.body(lines)
        way = path.split("/")[2]
        if way == "garbage":
            peer.send(b"\x00\xff\xfe what is this\r\n\r\n")
        elif way == "cut":
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 50_000)
        elif way == "cut-chunks":
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8000\r\n" + b"x" * 0x8000 + b"\r\n800\r\nabc")
        elif way == "reset":
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 50_000)
            peer.reset()
            raise Gone
        elif way == "half-head":
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Le")
        elif way == "two-lengths":
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")
        elif way == "hang":
            peer.wait_for_end()
        elif way == "surplus":
            peer.send(answer(b"whole") + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
            return
        elif way != "close":
            peer.send(answer(b"what?"))
        raise Gone


def serve_grpc():
    """A server of gRPC, without generated code: messages are octets. The server and its port; None where the library is missing."""
    try:
        import grpc
    except ImportError:
        return None, 0
    from concurrent import futures

    def count(request, context):
        for number in range(int(request)):
            yield b"%d" % number

    def echo(requests, context):
        yield from requests

    def fail(request, context):
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not today")

    methods = {
        "Unary": grpc.unary_unary_rpc_method_handler(lambda request, context: request),
        "Count": grpc.unary_stream_rpc_method_handler(count),
        "Echo": grpc.stream_stream_rpc_method_handler(echo),
        "Fail": grpc.unary_unary_rpc_method_handler(fail),
    }
    server = grpc.server(futures.ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("soak.Service", methods),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def server_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
