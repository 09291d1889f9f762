"""Honest clients: each knows what the answer to its request must be."""

import gzip
import hashlib
import json
import os
import socket
import time

import wire
from application import BLOBS, DIGESTS, SIZES, TEXT, accepted, frame, message
from base64 import b64encode
from connection import Closed, Connection
from http1 import Client, trusting
from ledger import demand

PATIENCE = 60

# How long a kept connection may lie idle before a server that ends closes it, in seconds.
IDLE = 4


def basic(user, password):
    return "Authorization: Basic %s\r\n" % b64encode(("%s:%s" % (user, password)).encode()).decode()


class Web:
    """Where the proxy is, and who speaks to it how."""

    def __init__(self, door, ledger):
        self.door, self.ledger = door, ledger
        self.http, self.https = door.http, door.https

    def connect(self, host, secure, source=None, patience=PATIENCE):
        """A connection of HTTP/1.1."""
        return Client(self.https if secure else self.http, tls=host if secure else None, patience=patience,
                      source=(source, 0) if source else None)

    def ask(self, host, path, secure=False, source=None, fields="", method="GET"):
        """The answer to a request over a connection of its own."""
        client = self.connect(host, secure, source)
        try:
            client.send(head(host, path, method, fields + "Connection: close\r\n"))
            answer = client.answer(method)
            demand(answer is not None, "no answer to %s %s" % (host, path), client.how_it_ended)
            return answer
        finally:
            client.close()

    def whole(self, *arguments, status=200, **more):
        """The same, which must be whole and of that status."""
        answer = self.ask(*arguments, **more)
        check(answer, status)
        return answer


def head(host, path, method="GET", fields=""):
    return ("%s %s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (method, path, host, fields)).encode()


def check(answer, status=200, digest=None):
    demand(answer is not None, "no answer")
    demand(not answer.fault and answer.status == status, "not %d:" % status, answer)
    if digest is not None:
        demand(hashlib.sha256(answer.body).hexdigest() == digest, "another digest of %d octets" % len(answer.body))


class Http2(Connection):
    """A connection of HTTP/2 that many requests share. It goes on with what it has begun when the server says that it will end."""

    class Target:
        scheme = "https"

        def __init__(self, port, host):
            self.port, self.authority = port, host

        def connect(self, receive_buffer=None):
            plain = socket.create_connection(("127.0.0.1", self.port), 30)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            secure = trusting("h2").wrap_socket(plain, server_hostname=self.authority)
            demand(secure.selected_alpn_protocol() == "h2", "no HTTP/2")
            return secure

    def __init__(self, port, host, settings=((wire.INITIAL_WINDOW_SIZE, 1 << 20),)):
        self.contents, self.sent, self.last = {}, {0: 0}, None
        super().__init__(self.Target(port, host), settings=settings)
        self.send(wire.window_update(0, 1 << 22))

    def _take(self, kind, flags, stream, payload):
        if kind == wire.DATA and stream in self.contents:
            self.contents[stream] += payload
        elif kind == wire.GOAWAY:
            self.last = int.from_bytes(payload[:4], "big") & 0x7FFFFFFF
        super()._take(kind, flags, stream, payload)

    def begin(self, path, method="GET", more=(), host=None, ends=True):
        stream = self.next_stream()
        self.contents[stream], self.sent[stream] = bytearray(), 0
        block = wire.request(host or self.target.authority, path, method, "https", more)
        try:
            self.send(wire.headers(stream, block, end_stream=ends))
        except Closed:
            # How the stream ended tells whether that was fair.
            pass
        return stream

    def upload(self, stream, octets):
        """Sends a body, as the windows allow it."""
        try:
            self._upload(stream, octets)
        except Closed:
            pass

    def _upload(self, stream, octets):
        at = 0
        while at < len(octets) and not self.is_finished(stream):
            if not self.wait(lambda: self.room(stream) > 0 or self.is_finished(stream), PATIENCE):
                return
            piece = octets[at:at + max(self.room(stream), 0)]
            at += len(piece)
            self.sent[stream] += len(piece)
            self.sent[0] += len(piece)
            self.send(wire.data(stream, piece))
        if not self.is_finished(stream):
            self.send(wire.data(stream, b"", end_stream=True))

    def room(self, stream):
        """How much may be sent now. The settings may come at any time, and change what holds for all streams."""
        first = self.server_settings.get(wire.INITIAL_WINDOW_SIZE, 65535)
        return min(first + self.credited[stream] - self.sent[stream], 65535 + self.credited[0] - self.sent[0], 16384)

    def is_finished(self, stream):
        return stream in self.ended or stream in self.resets or self.closed or self.was_not_taken(stream)

    def was_not_taken(self, stream):
        """Whether the server has said that it has not seen this request, so that it may be sent once more."""
        return self.last is not None and stream > self.last

    def finish(self, stream):
        """Waits for the answer: its status and its content; None where the request was not taken."""
        self.wait(lambda: self.is_finished(stream), PATIENCE)
        if self.was_not_taken(stream):
            return None
        demand(stream in self.ended and stream not in self.resets, "a stream of HTTP/2 that does not end well:",
               stream, self.last, self.resets.get(stream), self.goaways, "closed" if self.closed else "open", self.statuses.get(stream),
               len(self.contents[stream]))
        return self.statuses.get(stream), bytes(self.contents.pop(stream))

    def field(self, stream, name):
        return next((value for head in self.heads.get(stream, ()) for other, value in head if other == name), None)


class Kept:
    """Many requests on one connection, now and then with a body. What the server means to close it says before."""

    LONGEST = 200

    def __init__(self, web, host, secure, name="app"):
        self.web, self.host, self.secure, self.name = web, host, secure, name.encode()
        self.client, self.count, self.last = None, 0, 0.0

    def __call__(self, chance):
        fresh = self.client is None
        if fresh:
            self.client, self.count = self.web.connect(self.host, self.secure), 0
        self.count += 1
        idle = time.monotonic() - self.last
        is_upload = chance.random() < 0.2
        number = chance.randrange(5)
        if is_upload:
            self.client.send(head(self.host, "/echo", "POST", "Content-Length: %d\r\n" % SIZES[number]) + BLOBS[number])
        else:
            self.client.send(head(self.host, "/marked"))
        answer = self.client.answer()
        if (answer is None or not answer.status) and not fresh and idle > IDLE:
            self.close()
            return "closed while idle"
        demand(answer is not None, "no answer, %s after %d requests, idle for %.2f s" % (
            self.client.how_it_ended, self.count, idle))
        try:
            check(answer)
            if is_upload:
                demand(json.loads(answer.body) == [SIZES[number], DIGESTS[number]], "another body has arrived", answer.body)
            else:
                if self.name == b"app":
                    self.web.ledger.count("marked requests answered")
                demand(answer.body == self.name, "the answer of another", answer)
        except BaseException:
            self.close()
            raise
        self.last = time.monotonic()
        if answer.values("connection") == [b"close"] or self.count >= self.LONGEST:
            announced = self.count < self.LONGEST
            self.close()
            return "ok, closed by announcement" if announced else None

    def close(self):
        if self.client:
            self.client.close()
        self.client = None


class ManyStreams:
    """Requests at the same time on one connection of HTTP/2, kept for some time."""

    LONGEST = 25

    def __init__(self, web, host):
        self.web, self.host = web, host
        self.session, self.rounds, self.last = None, 0, 0.0

    def __call__(self, chance):
        fresh = self.session is None
        if fresh:
            self.session, self.rounds = Http2(self.web.https, self.host), 0
        self.rounds += 1
        idle = time.monotonic() - self.last
        try:
            outcome = self._round(chance)
        except BaseException:
            was_closed = self.session.closed
            self.close()
            if was_closed and not fresh and idle > IDLE:
                return "closed while idle"
            raise
        self.last = time.monotonic()
        if outcome or self.rounds >= self.LONGEST or self.session.closed:
            self.close()
        return outcome

    def _round(self, chance):
        session = self.session
        session.wait(lambda: False, 0)
        if session.last is not None or session.closed:
            return "ended by GOAWAY"
        asked = []
        for _ in range(chance.randint(1, 8)):
            number = chance.randrange(6)
            if chance.random() < 0.3:
                stream = session.begin("/echo", "POST", ends=False)
                session.upload(stream, BLOBS[number])
                asked.append((stream, json.dumps([SIZES[number], DIGESTS[number]]).encode()))
            elif chance.random() < 0.5:
                asked.append((session.begin("/chunked/%d" % number), BLOBS[number]))
            else:
                asked.append((session.begin("/blob/%d" % number), BLOBS[number]))
        missed = 0
        for stream, body in asked:
            answer = session.finish(stream)
            if answer is None:
                missed += 1
                continue
            demand(answer == (200, body), "another answer:", answer[0], len(answer[1]), len(body))
        self.web.ledger.count("streams of HTTP/2", times=len(asked) - missed)
        return "ended by GOAWAY, %s" % ("some to be sent again" if missed else "all answered") if session.last is not None else None

    def close(self):
        if self.session:
            self.session.close()
        self.session = None


class Honest:
    """What single requests do."""

    def __init__(self, web):
        self.web = web
        self.session = {}

    def single(self, chance):
        secure = chance.random() < 0.5
        answer = self.web.whole("app.soak.test", "/marked", secure)
        self.web.ledger.count("marked requests answered")
        demand(answer.body == b"app", "the answer of another", answer)

    def resumed(self, chance):
        """Comes back with the TLS session of the last time, which a new process may decline and must not fail over."""
        context = trusting("http/1.1")
        with socket.create_connection(("127.0.0.1", self.web.https), PATIENCE) as plain:
            secure = context.wrap_socket(plain, server_hostname="app.soak.test", session=self.session.get("last"))
            secure.sendall(head("app.soak.test", "/small", fields="Connection: close\r\n"))
            received = b""
            while octets := secure.recv(65536):
                received += octets
            demand(received.startswith(b"HTTP/1.1 200 ") and received.endswith(b"\r\n\r\napp"), "not the answer:", received)
            self.session["last"] = secure.session
            outcome = "resumed" if secure.session_reused else "new session"
            secure.close()
        return outcome

    def download(self, chance):
        number, secure = chance.randrange(len(SIZES)), chance.random() < 0.6
        way = chance.choice(("blob", "chunked", "tls/blob"))
        check(self.web.ask("app.soak.test", "/%s/%d" % (way, number), secure), 200, DIGESTS[number])

    def upload(self, chance):
        number, secure = chance.randrange(len(SIZES)), chance.random() < 0.6
        body, path = BLOBS[number], chance.choice(("/echo", "/tls/echo"))
        client = self.web.connect("app.soak.test", secure)
        try:
            way = chance.randrange(3)
            if way == 0:
                client.send(head("app.soak.test", path, "PUT", "Content-Length: %d\r\n" % len(body)) + body)
            elif way == 1:
                client.send(head("app.soak.test", path, "PUT", "Transfer-Encoding: chunked\r\n"))
                for at in range(0, len(body), 50_001):
                    piece = body[at:at + 50_001]
                    client.send(b"%x\r\n" % len(piece) + piece + b"\r\n")
                client.send(b"0\r\n\r\n")
            else:
                client.send(head("app.soak.test", path, "PUT", "Expect: 100-continue\r\nContent-Length: %d\r\n" % len(body)))
                if body:
                    demand(client.line() == b"HTTP/1.1 100 Continue", "no 100")
                    client.section()
                client.send(body)
            answer = client.answer()
            check(answer)
            demand(json.loads(answer.body) == [len(body), DIGESTS[number]], "another body has arrived", answer.body)
        finally:
            client.close()

    def compressed(self, chance):
        secure = chance.random() < 0.5
        answer = self.web.whole("app.soak.test", "/gz/text", secure, fields="Accept-Encoding: gzip\r\n")
        demand(answer.values("content-encoding") == [b"gzip"], "not compressed:", answer.fields)
        demand(gzip.decompress(answer.body) == TEXT, "another text")

    def events(self, chance):
        client = self.web.connect("app.soak.test", chance.random() < 0.5)
        try:
            client.send(head("app.soak.test", "/sse"))
            answer = client.answer()
            check(answer)
            demand(answer.body == b"".join(b"data: %d\n\n" % number for number in range(12)), "other events:", answer.body)
        finally:
            client.close()

    def slow(self, chance):
        answer = self.web.whole("app.soak.test", "/slow/%d" % chance.randrange(200, 3000), chance.random() < 0.5)
        demand(answer.body == b"app", "the answer of another", answer)

    def without_body(self, chance):
        answer = self.web.whole("app.soak.test", "/blob/4", chance.random() < 0.5, method="HEAD")
        demand(answer.values("content-length") == [b"70000"] and not answer.body, "not the head:", answer)

    def half_closed(self, chance):
        """A client that ends its side behind the request may read the answer all the same."""
        client = self.web.connect("app.soak.test", False)
        try:
            client.send(head("app.soak.test", "/slow/300"))
            client.half_close()
            check(client.answer())
        finally:
            client.close()

    def pipelined(self, chance):
        client = self.web.connect("app.soak.test", chance.random() < 0.5)
        try:
            count = chance.randint(2, 10)
            client.send(b"".join(head("app.soak.test", "/blob/%d" % (number % 4)) for number in range(count)))
            for number in range(count):
                answer = client.answer()
                check(answer, 200, DIGESTS[number % 4])
                if answer.values("connection") == [b"close"] and number < count - 1:
                    return "ok, closed by announcement"
        finally:
            client.close()

    def elsewhere(self, chance):
        """Hosts that do not exist, and paths that are refused."""
        check(self.web.ask("nobody-%d.test" % chance.randrange(1000), "/"), 503)
        check(self.web.ask("app.soak.test", "/refused", chance.random() < 0.5), 502)
        check(self.web.ask("app.soak.test", "/forbidden"), 403)

    def websocket(self, chance):
        secure = chance.random() < 0.7
        client = self.web.connect("app.soak.test", secure)
        try:
            key = b64encode(os.urandom(16))
            client.send(head("app.soak.test", "/ws", fields=(
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n" % key.decode())))
            answer = client.answer()
            demand(answer is not None and answer.status == 101, "no 101:", answer)
            demand(answer.values("sec-websocket-accept") == [accepted(key)], "another key is accepted")
            for _ in range(chance.randint(1, 20)):
                payload = chance.randbytes(chance.choice((0, 1, 100, 200, 70_000)))
                client.send(frame(2, payload, chance.randbytes(4)))
                demand(message(client.octets) == (2, payload), "another message")
                time.sleep(0.1)
            client.send(frame(8, b"\x03\xe8", chance.randbytes(4)))
            demand(message(client.octets)[0] == 8, "not closed")
        finally:
            client.close()

    def passwords(self, chance):
        """A user whose password never changes."""
        answer = self.web.whole("closed.soak.test", "/small", chance.random() < 0.5, fields=basic("steady", "open sesame"))
        demand(answer.body == b"app", "the answer of another", answer)
        refused = self.web.ask("closed.soak.test", "/small", chance.random() < 0.5)
        check(refused, 401)


class Grpc:
    """Calls of each kind, for some time on the same channel."""

    def __init__(self, web, authority):
        import grpc
        self.grpc, self.web, self.authority = grpc, web, authority
        self.channel, self.count = None, 0

    def __call__(self, chance):
        if self.channel is None:
            trust = self.grpc.ssl_channel_credentials(self.authority)
            self.channel = self.grpc.secure_channel(
                "127.0.0.1:%d" % self.web.https, trust,
                [("grpc.ssl_target_name_override", "grpc.soak.test"), ("grpc.enable_http_proxy", 0)])
            self.count = 0
        self.count += 1
        way = chance.randrange(4)
        service = "/soak.Service/"
        try:
            if way == 0:
                asked = chance.randbytes(chance.choice((0, 10, 100_000)))
                demand(self.channel.unary_unary(service + "Unary")(asked, timeout=PATIENCE) == asked, "another answer")
            elif way == 1:
                count = chance.randrange(200)
                got = list(self.channel.unary_stream(service + "Count")(b"%d" % count, timeout=PATIENCE))
                demand(got == [b"%d" % number for number in range(count)], "another count")
            elif way == 2:
                pieces = [chance.randbytes(chance.choice((0, 5, 20_000))) for _ in range(10)]
                got = list(self.channel.stream_stream(service + "Echo")(iter(pieces), timeout=PATIENCE))
                demand(got == pieces, "another echo")
            else:
                try:
                    self.channel.unary_unary(service + "Fail")(b"", timeout=PATIENCE)
                    demand(False, "no failure")
                except self.grpc.RpcError as error:
                    demand(error.code() == self.grpc.StatusCode.FAILED_PRECONDITION and error.details() == "not today",
                           "another failure:", error.code(), error.details())
        except self.grpc.RpcError as error:
            self.close()
            demand(False, "the call fails:", error.code(), error.details())
        if self.count >= 20:
            self.close()

    def close(self):
        if self.channel:
            self.channel.close()
        self.channel = None
