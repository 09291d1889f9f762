"""A client of HTTP/1.1 that sends whatever it is told to, and reads the answers as strictly as they can be read."""

import functools
import re
import select
import socket
import ssl
import time

STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: ([^\x00-\x08\x0a-\x1f\x7f]*))?")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")


class Answer:
    """One final answer. `fault` says why it is none, or why it is cut."""

    def __init__(self):
        self.status, self.fields, self.body = 0, [], b""
        self.interim = []
        self.fault = None

    def values(self, name):
        return [value for other, value in self.fields if other == name.encode()]

    def __repr__(self):
        return "%d %r%s" % (self.status, self.body[:80], " (%s)" % self.fault if self.fault else "")


class Ended(Exception):
    """Nothing more comes; `args[0]` says how: `end`, `reset` or `silence`."""


class Client:
    """One connection."""

    def __init__(self, port, tls=None, host="127.0.0.1", source=None, patience=8):
        plain = socket.create_connection((host, port), 10, source_address=source)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = plain
        if tls:
            self.socket = trusting("http/1.1").wrap_socket(plain, server_hostname=tls)
        self.socket.settimeout(patience)
        self.input = b""
        self.how_it_ended = None

    def send(self, octets, pieces=None):
        """Sends all of it, in pieces of these sizes where they are told; what the server takes no more is dropped."""
        try:
            for size in pieces or ():
                self.socket.sendall(octets[:size])
                octets = octets[size:]
                time.sleep(0.0003)
            self.socket.sendall(octets)
        except OSError:
            pass

    def half_close(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        try:
            self.socket.close()
        except OSError:
            pass

    # Reading

    def more(self):
        """Reads on; raises `Ended` where nothing more comes."""
        try:
            octets = self.socket.recv(1 << 17)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            octets = b""
        except (TimeoutError, socket.timeout):
            self.how_it_ended = "silence"
            raise Ended("silence")
        except OSError:
            self.how_it_ended = "reset"
            raise Ended("reset")
        if not octets:
            self.how_it_ended = self.how_it_ended or "end"
            raise Ended("end")
        self.input += octets

    def line(self):
        while b"\n" not in self.input:
            self.more()
        line, _, self.input = self.input.partition(b"\n")
        if not line.endswith(b"\r") or b"\r" in line[:-1]:
            raise ValueError("a line that does not end in CR LF: %r" % line)
        return line[:-1]

    def octets(self, count):
        while len(self.input) < count:
            self.more()
        octets, self.input = self.input[:count], self.input[count:]
        return octets

    def section(self):
        fields = []
        while True:
            line = self.line()
            if not line:
                return fields
            match = FIELD.fullmatch(line)
            if not match:
                raise ValueError("no field: %r" % line)
            fields.append((match[1].lower(), match[2].rstrip(b" \t")))

    def answer(self, method="GET"):
        """The next final answer; None where the connection ends before one begins."""
        answer = Answer()
        try:
            while True:
                try:
                    line = self.line()
                except Ended as end:
                    if not self.input and end.args[0] == "end":
                        return None
                    raise
                match = STATUS_LINE.fullmatch(line)
                if not match:
                    raise ValueError("no status line: %r" % line)
                answer.status, answer.fields = int(match[1]), self.section()
                if answer.status >= 200 or answer.status == 101:
                    break
                answer.interim.append(answer.status)
            self._body(answer, method)
        except Ended as end:
            answer.fault = end.args[0]
        except ValueError as error:
            answer.fault = str(error)
        return answer

    def _body(self, answer, method):
        lengths, codings = answer.values("content-length"), answer.values("transfer-encoding")
        if len(lengths) + len(codings) > 1 or codings not in ([], [b"chunked"]):
            raise ValueError("framed in two ways: %r %r" % (lengths, codings))
        if method == "HEAD" or answer.status < 200 or answer.status in (204, 304):
            return
        if lengths:
            if not lengths[0].isdigit():
                raise ValueError("no length: %r" % lengths[0])
            answer.body = self._partial(answer, int(lengths[0]))
            return
        if codings:
            while True:
                size = self.line()
                if not re.fullmatch(rb"[0-9a-fA-F]{1,15}", size):
                    raise ValueError("no chunk: %r" % size)
                if int(size, 16) == 0:
                    answer.trailers = self.section()
                    return
                answer.body += self._partial(answer, int(size, 16))
                if self.octets(2) != b"\r\n":
                    raise ValueError("a chunk that goes on")
        try:
            while True:
                self.more()
        except Ended as end:
            answer.body, self.input = self.input, b""
            if end.args[0] != "end":
                raise

    def _partial(self, answer, count):
        """So many octets; what there is of them stays with the answer where they break off."""
        try:
            return self.octets(count)
        except Ended:
            answer.body += self.input
            self.input = b""
            raise

    def rest(self):
        """What else comes until the connection ends."""
        try:
            while True:
                self.more()
        except Ended:
            octets, self.input = self.input, b""
            return octets

    def is_quiet(self):
        """Whether the connection is open and nothing lies on it."""
        if self.input:
            return False
        return not select.select([self.socket], [], [], 0)[0]


def is_ended(plain):
    """Whether the server has closed this socket, on which nothing was asked."""
    plain.setblocking(False)
    try:
        return plain.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@functools.cache
def trusting(*protocols):
    """TLS that asks for no proof of who the server is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(list(protocols))
    return context
