"""A client of HTTP/2, made with the library h2, that talks to several hosts on one connection and keeps all that it is told.

client.py PORT CA-FILE       prints `done` where all was as it should be

The hosts one.site.test and two.site.test go to applications of these names, closed.site.test asks for a password, small.site.test takes bodies up to
64 KiB; all of them have one certificate. other.test has one of its own.
"""

import socket
import ssl
import sys

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated, DataReceived, InformationalResponseReceived, ResponseReceived, StreamEnded, StreamReset,
    TrailersReceived)


class Stream:
    def __init__(self):
        self.interim, self.fields, self.trailers = [], {}, {}
        self.content, self.is_ended, self.reset = b"", False, None

    @property
    def status(self):
        return self.fields.get(":status")


class Client:
    def __init__(self, port, authority):
        trust = ssl.create_default_context(cafile=authority)
        trust.set_alpn_protocols(["h2", "http/1.1"])
        self.socket = trust.wrap_socket(socket.create_connection(("127.0.0.1", port), 30), server_hostname="one.site.test")
        assert self.socket.selected_alpn_protocol() == "h2", "ALPN"
        self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.streams = {}
        self.is_terminated = False

    def open(self, host, path, method="GET", more=(), end_stream=True):
        number = self.h2.get_next_available_stream_id()
        self.streams[number] = Stream()
        fields = [(":method", method), (":scheme", "https"), (":authority", host), (":path", path), *more]
        self.h2.send_headers(number, fields, end_stream=end_stream)
        return number

    def until(self, condition):
        while True:
            octets = self.h2.data_to_send()
            if octets:
                self.socket.sendall(octets)
            if condition():
                return
            octets = self.socket.recv(1 << 17)
            assert octets, "the connection ended"
            for event in self.h2.receive_data(octets):
                self.note(event)

    def note(self, event):
        stream = self.streams.get(getattr(event, "stream_id", None))
        if isinstance(event, InformationalResponseReceived):
            stream.interim.append(dict(event.headers))
        elif isinstance(event, ResponseReceived):
            stream.fields = dict(event.headers)
        elif isinstance(event, TrailersReceived):
            stream.trailers = dict(event.headers)
        elif isinstance(event, DataReceived):
            stream.content += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            stream.is_ended = True
        elif isinstance(event, StreamReset):
            stream.reset = event.error_code
        elif isinstance(event, ConnectionTerminated):
            self.is_terminated = True

    def answer(self, number):
        stream = self.streams[number]
        self.until(lambda: stream.is_ended or stream.reset is not None)
        return stream

    def upload(self, number, size, trailers=None, goes_on=lambda: True):
        """Sends so many octets, as the windows let through, for as long as `goes_on()`."""
        stream = self.streams[number]
        while size and goes_on() and stream.reset is None:
            self.until(lambda: self.room(number) or stream.reset is not None or not goes_on())
            count = min(size, self.room(number) if stream.reset is None else 0)
            if count:
                self.h2.send_data(number, bytes(count))
                size -= count
        if stream.reset is None and goes_on():
            if trailers:
                self.h2.send_headers(number, trailers, end_stream=True)
            else:
                self.h2.end_stream(number)

    def room(self, number):
        return min(self.h2.local_flow_control_window(number), self.h2.max_outbound_frame_size)


def many_streams(client):
    """A hundred requests at once, to two hosts in turn."""
    numbers = {client.open("%s.site.test" % name, "/name"): name for _ in range(50) for name in ("one", "two")}
    for number, name in numbers.items():
        stream = client.answer(number)
        assert (stream.status, stream.content.decode()) == ("200", name), (name, stream.fields, stream.content)


def trailers(client):
    number = client.open("one.site.test", "/echo", "POST", end_stream=False)
    client.upload(number, 300_000, [("x-sum", "42")])
    stream = client.answer(number)
    assert stream.content == bytes(300_000), len(stream.content)
    assert stream.trailers == {"x-sum": "42"}, stream.trailers


def without_content(client):
    stream = client.answer(client.open("one.site.test", "/name", "HEAD"))
    assert (stream.status, stream.content, stream.fields["content-length"]) == ("200", b"", "3"), stream.fields


def interim(client):
    stream = client.answer(client.open("one.site.test", "/hints"))
    assert [fields[":status"] for fields in stream.interim] == ["103"], stream.interim
    assert stream.interim[0]["link"] == "</style.css>; rel=preload", stream.interim
    assert stream.content == b"one"
    number = client.open("one.site.test", "/echo", "POST", [("expect", "100-continue")], end_stream=False)
    client.until(lambda: client.streams[number].interim)
    assert client.streams[number].interim[0][":status"] == "100"
    client.upload(number, 10)
    assert client.answer(number).content == bytes(10)


def refused_uploads(client):
    """An answer in the middle of an upload is read whole, and the stream is then reset without an error (RFC 9113, section 8.1)."""
    for host, path, status in (("closed.site.test", "/echo", "401"), ("small.site.test", "/echo", "413"), ("one.site.test", "/refuse", "403")):
        number = client.open(host, path, "POST", end_stream=False)
        stream = client.streams[number]
        client.upload(number, 1 << 30, goes_on=lambda: not stream.is_ended)
        client.until(lambda: stream.reset is not None)
        assert (stream.status, stream.is_ended, stream.reset) == (status, True, 0), (host, stream.fields, stream.reset)
        assert stream.content, "no page"
    assert client.streams[number].content == b"no\n"


def misdirected(client):
    """The connection's certificate is not for that host (RFC 9110, section 15.5.20)."""
    stream = client.answer(client.open("other.test", "/name"))
    assert stream.status == "421", stream.fields


def cancelled(client):
    """Streams that the client gives up leave the others alone."""
    kept = client.open("one.site.test", "/echo", "POST", end_stream=False)
    for _ in range(20):
        number = client.open("two.site.test", "/slow", "POST", end_stream=False)
        client.upload(number, 1000, goes_on=lambda: False)
        client.h2.reset_stream(number, 8)
    client.upload(kept, 1000)
    assert client.answer(kept).content == bytes(1000)


def main(port, authority):
    client = Client(int(port), authority)
    for step in (many_streams, trailers, without_content, interim, refused_uploads, misdirected, cancelled, many_streams):
        try:
            step(client)
        except BaseException:
            print("in %s:" % step.__name__, file=sys.stderr)
            raise
        assert not client.is_terminated, "GOAWAY after %s" % step.__name__
    print("done")


main(*sys.argv[1:])
