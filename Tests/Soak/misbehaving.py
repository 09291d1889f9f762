"""Clients that break off, dawdle, talk nonsense or guess passwords, and what those get who ask a broken backend."""

import itertools
import os
import socket
import ssl
import struct
import time

import wire
from application import SIZES
from clients import Http2, basic, check, head
from connection import Closed
from http1 import Client, trusting
from ledger import demand


def reset(client):
    """Ends a connection as a program does that is killed with something unread."""
    raw = client.socket
    try:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    client.close()


class Misbehaving:
    def __init__(self, web):
        self.web = web
        # No address twice, for who guesses passwords from one is made to wait there.
        self.addresses = ("127.%d.%d.%d" % (30 + number // 62_500 % 100, number // 250 % 250, 1 + number % 250)
                          for number in itertools.count(int(time.time())))

    def abort(self, chance):
        """Breaks off at some stage, gently or not."""
        secure = chance.random() < 0.5
        client = self.web.connect("app.soak.test", secure)
        whole = head("app.soak.test", "/echo", "POST", "Content-Length: 300000\r\n")
        way = chance.choice(("before the head", "in the head", "in the body", "before the answer", "in the answer", "behind the answer"))
        if way == "in the head":
            client.send(whole[:chance.randrange(1, len(whole) - 1)])
        elif way == "in the body":
            client.send(whole + bytes(chance.randrange(300_000)))
        elif way == "before the answer":
            client.send(head("app.soak.test", "/slow/2000"))
        elif way == "in the answer":
            client.send(head("app.soak.test", chance.choice(("/blob/7", "/chunked/7", "/sse"))))
            client.more()
        elif way == "behind the answer":
            client.send(head("app.soak.test", "/small"))
            check(client.answer())
        if chance.random() < 0.5:
            reset(client)
        else:
            client.close()
        return way

    def slow_reader(self, chance):
        """Takes a long answer in small pieces, whole or not."""
        plain = socket.socket()
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.settimeout(60)
        try:
            plain.connect(("127.0.0.1", self.web.http))
            plain.sendall(head("app.soak.test", "/blob/6", fields="Connection: close\r\n"))
            received, whole = 0, chance.random() < 0.5
            end = time.monotonic() + 3
            while True:
                octets = plain.recv(4096 if time.monotonic() < end else 1 << 17)
                received += len(octets)
                if not octets:
                    break
                if time.monotonic() < end:
                    time.sleep(0.05)
                elif not whole:
                    return "given up"
            demand(received > SIZES[6], "only %d octets" % received)
            return "whole"
        finally:
            plain.close()

    def slow_header(self, chance):
        """Sends a request octet by octet: in time, or not at all."""
        client = self.web.connect("app.soak.test", False)
        try:
            octets = head("app.soak.test", "/small")
            if chance.random() < 0.5:
                for at in range(0, len(octets), 4):
                    client.send(octets[at:at + 4])
                    time.sleep(0.05)
                check(client.answer())
                return "in time"
            begun = time.monotonic()
            client.send(octets[:30])
            answer = client.answer()
            demand(answer is None or answer.status == 408 or answer.fault == "reset", "not refused:", answer)
            demand(time.monotonic() - begun < 50, "waited for %.0f s" % (time.monotonic() - begun))
            return "refused"
        finally:
            client.close()

    def garbage(self, chance):
        """What is no request is answered with an error, or with nothing, and its connection ends."""
        secure = chance.random() < 0.3
        client = self.web.connect("app.soak.test", secure)
        try:
            client.send(chance.choice((
                b"\x00\x01\x02\xff" * 50 + b"\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", b"GET  / HTTP/1.1\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: app.soak.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                b"POST / HTTP/1.1\r\nHost: app.soak.test\r\nTransfer-Encoding: x\r\n\r\n", b"\r\n" * 100 + b"x y z\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: app.soak.test\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
                b"SSH-2.0-OpenSSH_9.2\r\n\r\n", chance.randbytes(3000) + b"\r\n\r\n")))
            answer = client.answer()
            if answer is None or not answer.status:
                return "closed"
            demand(400 <= answer.status < 600, "garbage is answered:", answer)
            client.rest()
            demand(client.how_it_ended in ("end", "reset"), "the connection stays open behind", answer)
            return "%d" % answer.status
        finally:
            client.close()

    def idle(self, chance):
        """Does nothing, for some time or until it is let go."""
        client = Client(self.web.http if chance.random() < 0.5 else self.web.https, patience=40)
        try:
            if chance.random() < 0.5:
                time.sleep(chance.uniform(0.1, 5))
                return "leaves"
            demand(client.answer() is None or client.how_it_ended in ("end", "reset"), "an idle client is not let go:", client.how_it_ended)
            return "let go"
        finally:
            client.close()

    def handshake(self, chance):
        """Handshakes that come to nothing."""
        way = chance.choice(("nonsense", "cut", "distrust", "old", "unknown name"))
        plain = socket.create_connection(("127.0.0.1", self.web.https), 30)
        try:
            if way in ("nonsense", "cut"):
                hello = self._hello()
                plain.sendall(hello[:chance.randrange(5, len(hello))] if way == "cut" else hello[:60] + os.urandom(400))
                if chance.random() < 0.1:
                    demand(not plain.recv(100) or way == "nonsense", "an answer to half a greeting")
                    return way + ", ended by the server"
                return way
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            if way != "distrust":
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            if way == "old":
                context.set_ciphers("AES128-SHA")
                context.maximum_version = ssl.TLSVersion.TLSv1_2
            try:
                context.wrap_socket(plain, server_hostname="app.soak.test" if way != "unknown name" else "unknown.example").close()
            except (ssl.SSLError, ConnectionError):
                return way
            demand(False, "the handshake works:", way)
        except (ConnectionError, BrokenPipeError):
            return way
        finally:
            plain.close()

    @staticmethod
    def _hello():
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        secure = trusting("h2", "http/1.1").wrap_bio(incoming, outgoing, server_hostname="app.soak.test")
        try:
            secure.do_handshake()
        except ssl.SSLWantReadError:
            pass
        return outgoing.read()

    def http2(self, chance):
        """Resets of streams, of connections, and frames that are none."""
        way = chance.choice(("streams reset", "upload reset", "connection reset", "protocol broken", "left"))
        session = Http2(self.web.https, "app.soak.test")
        try:
            streams = [session.begin("/blob/7") for _ in range(chance.randint(1, 5))]
            if way == "streams reset":
                session.wait(lambda: any(session.contents[stream] for stream in streams), 30)
                for stream in streams[1:]:
                    session.send(wire.rst_stream(stream))
                answer = session.finish(streams[0])
                demand(answer is None or answer[0] == 200 and len(answer[1]) == SIZES[7], "not the answer:", answer and answer[0])
            elif way == "upload reset":
                for stream in streams:
                    session.send(wire.rst_stream(stream))
                stream = session.begin("/echo", "POST", ends=False)
                session.send(wire.data(stream, bytes(1000)) + wire.rst_stream(stream))
                last = session.begin("/blob/2")
                answer = session.finish(last)
                demand(answer is None or answer[0] == 200, "not the answer:", answer)
            elif way == "protocol broken":
                session.send(chance.choice((
                    wire.data(streams[0] + 2000, b"x"), wire.window_update(0, 0), wire.frame(wire.PING, 0, 0, b"x"),
                    wire.headers(streams[-1] + 2, b"\xff\xff\xff\xff"), wire.settings((wire.INITIAL_WINDOW_SIZE, 1 << 31)))))
                session.wait(lambda: session.closed, 30)
                demand(session.closed, "the connection stays open")
            elif way == "connection reset":
                session.wait(lambda: any(session.contents[stream] for stream in streams), 30)
                session.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except Closed:
            demand(way == "protocol broken" or session.last is not None, "the connection ends:", way, session.goaways)
        finally:
            session.close()
        return way

    def guesses(self, chance):
        """Wrong passwords: refused, and after some of them made to wait."""
        source = next(self.addresses)
        count = chance.choice((1, 3, 3, 14))
        statuses, server = [], self.web.door.server
        for number in range(count):
            answer = self.web.ask("closed.soak.test", "/small", chance.random() < 0.3, source,
                                  basic(chance.choice(("steady", "nobody")) if count < 14 else "guessed", "guess %d" % number))
            demand(answer.status in (401, 429) and not answer.fault, "a wrong password gets", answer)
            demand(answer.status != 429 or answer.values("retry-after"), "no Retry-After")
            statuses.append(answer.status)
        # A new process begins to count anew.
        demand(count < 14 or 429 in statuses or server != self.web.door.server, "nobody has to wait:", statuses)
        demand(statuses[0] == 401, "the first guess has to wait:", statuses)
        return "made to wait" if 429 in statuses else "refused"

    # What a broken backend comes to: an error, or an answer that is seen to be cut, and never a whole one.
    BROKEN = {
        "close": 502, "garbage": 502, "half-head": 502, "two-lengths": 502, "hang": 504, "cut": "cut", "cut-chunks": "cut",
        "reset": "cut", "surplus": 200}

    def broken_backend(self, chance):
        way = chance.choice(list(self.BROKEN))
        expected = self.BROKEN[way]
        method = chance.choice(("GET", "POST"))
        path, secure = "/bad/" + way, chance.random() < 0.5
        if secure and chance.random() < 0.5:
            session = Http2(self.web.https, "app.soak.test")
            try:
                stream = session.begin(path, method, ends=method == "GET")
                if method == "POST":
                    session.upload(stream, bytes(5000))
                session.wait(lambda: session.is_finished(stream), 60)
                if session.was_not_taken(stream):
                    return way + ", not taken"
                status, ended = session.statuses.get(stream), stream in session.ended and stream not in session.resets
            finally:
                session.close()
        else:
            client = self.web.connect("app.soak.test", secure)
            try:
                length = "" if method == "GET" else "Content-Length: 5000\r\n"
                client.send(head("app.soak.test", path, method, length) + (bytes(5000) if length else b""))
                answer = client.answer(method)
                # A reset may overtake what was sent before it.
                status, ended = (answer.status, not answer.fault) if answer else (0, False)
                if way == "surplus" and ended:
                    demand(answer.body == b"whole", "another body", answer)
                    client.send(head("app.soak.test", "/small"))
                    behind = client.answer()
                    demand(behind is None or behind.body == b"app", "poisoned:", behind)
            finally:
                client.close()
        if expected == "cut":
            demand(not ended and status in (0, 200), "%s: not cut:" % way, status, ended)
        else:
            demand(ended and status == expected, "%s: not %d:" % (way, expected), status, ended)
        return way
