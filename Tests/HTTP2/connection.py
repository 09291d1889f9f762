"""One client connection that sends whatever it is told to, and takes note of all that the server does about it."""

import collections
import select
import socket
import ssl
import time

import hpack

import wire


class Closed(Exception):
    """The server ended the connection."""


class Target:
    """The server under attack."""

    def __init__(self, port, host="127.0.0.1", authority="h2.test", tls=False):
        self.host, self.port, self.authority, self.tls = host, port, authority, tls
        self.scheme = "https" if tls else "http"

    def request(self, path="/", method="GET", more=()):
        """The field block of a request to this server."""
        return wire.request(self.authority, path, method, self.scheme, more)

    def connect(self, receive_buffer=None, protocol="h2"):
        plain = socket.socket()
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(10)
        plain.connect((self.host, self.port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self.tls:
            return plain
        trust = ssl.create_default_context()
        trust.check_hostname = False
        trust.verify_mode = ssl.CERT_NONE
        trust.set_alpn_protocols([protocol])
        secure = trust.wrap_socket(plain, server_hostname=self.authority)
        assert secure.selected_alpn_protocol() == protocol, "the server does not speak %s" % protocol
        return secure


class Connection:
    """Speaks the preface and answers SETTINGS and PING unless told otherwise, and reads whenever it waits to write."""

    def __init__(self, target, settings=(), preface=True, reads=True, credit=True, answers=True, receive_buffer=None):
        self.target = target
        self.socket = target.connect(receive_buffer)
        self.socket.setblocking(False)
        self.reads = reads
        # Whether what comes is credited to both windows at once.
        self.credit = credit
        # Whether SETTINGS and PING are answered. Where they are not, nothing is sent but what the attack is made of.
        self.answers = answers
        self.input = bytearray()
        self.decoder = hpack.Decoder()
        self.decoder.max_header_list_size = 1 << 20
        self.closed = False
        self.goaways = []
        self.resets = {}
        self.statuses = {}
        self.heads = {}
        self.ended = set()
        self.bodies = collections.Counter()
        self.frames = collections.Counter()
        self.server_settings = {}
        # By how much the server has opened its windows, by stream; 0 is the connection's.
        self.credited = collections.Counter()
        self.started = time.monotonic()
        self.last_stream = -1
        # Octets that a wait for the socket's room has not got rid of yet.
        self.pending = bytearray()
        if preface:
            self.send(wire.PREFACE + wire.settings(*settings))

    # Sending

    def next_stream(self):
        self.last_stream += 2
        return self.last_stream

    def send(self, octets, patience=5):
        """Sends all of it; False where the server takes nothing for as long as `patience`, in seconds."""
        if self.closed:
            raise Closed
        self.pending += octets
        last_progress = time.monotonic()
        while self.pending:
            try:
                sent = self.socket.send(self.pending[: 1 << 17])
                del self.pending[:sent]
                last_progress = time.monotonic()
                if self.reads:
                    self._read()
                continue
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                pass
            except OSError:
                self.reads = True
                self._drain()
                raise Closed
            if time.monotonic() - last_progress > patience:
                return False
            select.select([self.socket] if self.reads else [], [self.socket], [], 0.05)
            if self.reads:
                self._read()
        return True

    # Receiving

    def wait(self, condition=lambda: False, within=5.0):
        """Reads until the condition holds or the connection has ended; False after `within` seconds."""
        deadline = time.monotonic() + within
        while not condition() and not self.closed:
            left = deadline - time.monotonic()
            if left > 0 and not getattr(self.socket, "pending", lambda: 0)():
                select.select([self.socket], [], [], min(left, 0.05))
            try:
                self._read()
                if self.pending:
                    self.send(b"", patience=0.01)
            except Closed:
                break
            if left <= 0:
                break
        return condition()

    def _drain(self):
        """Takes what the server said before it closed."""
        deadline = time.monotonic() + 1
        while not self.closed and time.monotonic() < deadline:
            try:
                self._read()
            except Closed:
                return
            time.sleep(0.005)
        self.closed = True

    def _read(self):
        while not self.closed:
            try:
                octets = self.socket.recv(1 << 17)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError:
                octets = b""
            if not octets:
                self.closed = True
                raise Closed
            self.input += octets
            self._take_frames()

    def _take_frames(self):
        start = 0
        while len(self.input) - start >= 9:
            size = int.from_bytes(self.input[start:start + 3], "big")
            if len(self.input) - start < 9 + size:
                break
            kind, flags = self.input[start + 3], self.input[start + 4]
            stream = int.from_bytes(self.input[start + 5:start + 9], "big") & 0x7FFFFFFF
            self._take(kind, flags, stream, bytes(self.input[start + 9:start + 9 + size]))
            start += 9 + size
        del self.input[:start]

    def _take(self, kind, flags, stream, payload):
        self.frames[wire.KINDS[kind] if kind < len(wire.KINDS) else kind] += 1
        if kind == wire.SETTINGS and not flags & wire.ACK:
            for at in range(0, len(payload) - 5, 6):
                self.server_settings[int.from_bytes(payload[at:at + 2], "big")] = int.from_bytes(
                    payload[at + 2:at + 6], "big")
            if self.answers:
                self.pending += wire.settings_ack()
        elif kind == wire.HEADERS:
            # No server here pads answers, or divides them.
            head = [(bytes(name), bytes(value)) for name, value in self.decoder.decode(payload, raw=True)]
            self.heads.setdefault(stream, []).append(head)
            status = dict(head).get(b":status")
            if status and not status.startswith(b"1"):
                self.statuses[stream] = int(status)
        elif kind == wire.DATA:
            self.bodies[stream] += len(payload)
            if self.credit and payload:
                self.pending += wire.window_update(0, len(payload))
                if not flags & wire.END_STREAM:
                    self.pending += wire.window_update(stream, len(payload))
        elif kind == wire.RST_STREAM:
            self.resets[stream] = wire.error_name(int.from_bytes(payload[:4], "big"))
        elif kind == wire.GOAWAY:
            self.goaways.append(wire.error_name(int.from_bytes(payload[4:8], "big")))
        elif kind == wire.WINDOW_UPDATE:
            self.credited[stream] += int.from_bytes(payload, "big")
        elif kind == wire.PING and not flags & wire.ACK and self.answers:
            self.pending += wire.ping(payload, ack=True)
        if kind in (wire.DATA, wire.HEADERS) and flags & wire.END_STREAM:
            self.ended.add(stream)

    # What became of it

    def window(self, stream):
        """How many octets the stream has been allowed so far, if there is no other."""
        first = self.server_settings.get(wire.INITIAL_WINDOW_SIZE, 65535)
        return min(first + self.credited[stream], 65535 + self.credited[0])

    def is_over(self, stream):
        """Whether the server has said its last word about the stream."""
        return stream in self.ended or stream in self.resets or bool(self.goaways) or self.closed

    def reactions(self, stream=None):
        """What the server did, as a set of words: `GOAWAY X`, `RST X`, `closed`, and a status such as `431`."""
        words = {"GOAWAY " + error for error in self.goaways if error != "NO_ERROR" or self.closed}
        resets = self.resets if stream is None else {k: v for k, v in self.resets.items() if k == stream}
        words |= {"RST " + error for error in resets.values()}
        statuses = self.statuses if stream is None else {k: v for k, v in self.statuses.items() if k == stream}
        words |= {str(status) for status in statuses.values()}
        if self.closed:
            words.add("closed")
        return words

    def close(self):
        self.socket.close()
