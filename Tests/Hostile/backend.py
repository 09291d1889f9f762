"""A backend that does to each request what the one who asked for it has said."""

import socket
import struct
import threading


class Gone(Exception):
    """The proxy has closed the connection."""


class Peer:
    """One connection of the proxy's."""

    def __init__(self, plain, number):
        self.socket, self.number = plain, number
        self.input = b""
        self.requests = 0

    def send(self, octets):
        try:
            self.socket.sendall(octets)
        except OSError:
            raise Gone

    def head(self):
        """The head of the next request: its lines."""
        while b"\r\n\r\n" not in self.input:
            self.more()
        head, _, self.input = self.input.partition(b"\r\n\r\n")
        self.requests += 1
        return head.split(b"\r\n")

    def body(self, lines):
        """The body behind this head, whole."""
        fields = dict(line.lower().split(b": ", 1) for line in lines[1:])
        if b"content-length" in fields:
            return self.octets(int(fields[b"content-length"]))
        body = b""
        while b"transfer-encoding" in fields:
            size = int(self.line(), 16)
            piece = self.octets(size)
            self.octets(2)
            if not size:
                break
            body += piece
        return body

    def line(self):
        while b"\r\n" not in self.input:
            self.more()
        line, _, self.input = self.input.partition(b"\r\n")
        return line

    def octets(self, count):
        while len(self.input) < count:
            self.more()
        octets, self.input = self.input[:count], self.input[count:]
        return octets

    def more(self):
        try:
            octets = self.socket.recv(1 << 16)
        except OSError:
            octets = b""
        if not octets:
            raise Gone
        self.input += octets

    def wait_for_end(self):
        """Reads and drops until the proxy is gone."""
        try:
            while True:
                self.more()
                self.input = b""
        except Gone:
            pass

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Backend:
    """
    Listens on the port, on a free one where it is None, and serves each connection in a thread, by `serve`, which is given the peer.

    `open` is the number of connections that the proxy has to it.
    """

    def __init__(self, port, serve, backlog=128):
        self.serve = serve
        self.lock = threading.Lock()
        self.open, self.count = 0, 0
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port or 0))
        self.port = self.listener.getsockname()[1]
        self.listener.listen(backlog)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.open += 1
                self.count += 1
                number = self.count
            threading.Thread(target=self._connection, args=(Peer(plain, number),), daemon=True).start()

    def _connection(self, peer):
        try:
            self.serve(peer)
        except Gone:
            pass
        finally:
            peer.socket.close()
            with self.lock:
                self.open -= 1


def answer(body, head=b"HTTP/1.1 200 OK"):
    """An ordinary answer."""
    return head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def welcome(peer):
    """Lets everybody in, without a look at the request."""
    while True:
        peer.head()
        peer.send(answer(b"in"))
