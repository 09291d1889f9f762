"""Heads without end, and heads that grow when they are decoded."""

from connection import Closed, Connection
import wire

from .attack import ENDED, attack, flood

# 431 and a reset of the stream are as good an answer to one head that is too large.
REFUSED = ENDED | {"431", "400"} | {"RST " + error for error in ("ENHANCE_YOUR_CALM", "PROTOCOL_ERROR", "REFUSED_STREAM")}
REFUSED |= {"GOAWAY PROTOCOL_ERROR", "GOAWAY COMPRESSION_ERROR", "RST INTERNAL_ERROR", "GOAWAY INTERNAL_ERROR"}


def endless(name, piece, limit, bound="continuations", expected=REFUSED):
    """A field block that goes on in CONTINUATION after CONTINUATION (CVE-2024-27316)."""
    def run(target, report):
        def begin(connection):
            stream = connection.next_stream()
            connection.send(wire.headers(stream, target.request("/"), end_headers=False))
            return stream
        flood(target, report, lambda connection, number, stream: wire.continuation(stream, piece(number)), limit,
              prepare=begin, until=lambda connection: connection.is_over(1))
    attack(name, bound, expected)(run)


endless("continuation-large", lambda number: wire.literal("x-%06d" % number, "y" * 16000), 5_000)
endless("continuation-small", lambda number: wire.literal("x-%06d" % number, ""), 100_000)
endless("continuation-empty", lambda number: b"", 100_000)
endless("continuation-one-octet", lambda number: wire.literal("x-long", "y" * 60)[number % 69:][:1], 100_000)


@attack("continuation-finished", "continuations", ENDED)
def continuation_finished(target, report):
    """The same in heads that do end, one after the other."""
    def make(connection, number, block):
        stream = connection.next_stream()
        empty = wire.continuation(stream, b"") * 1000
        return wire.headers(stream, block, end_headers=False) + empty + wire.continuation(stream, b"", True)
    flood(target, report, make, 300, batch=1, prepare=lambda _: target.request("/"))


def one_head(name, bound, blocks, expected=REFUSED, streams=100):
    """The same head on stream after stream, cut into frames as it needs. `blocks(request)` makes the first and the others."""
    def run(target, report):
        first, others = blocks(target.request("/"))

        def make(connection, number, _):
            stream = connection.next_stream()
            block = others if number else first
            pieces = [block[at:at + 16384] for at in range(0, len(block), 16384)]
            octets = wire.headers(stream, pieces[0], end_headers=len(pieces) == 1)
            for index, piece in enumerate(pieces[1:], 2):
                octets += wire.continuation(stream, piece, index == len(pieces))
            return octets
        flood(target, report, make, streams, batch=1, wait=1.0)
    attack(name, bound, expected)(run)


def same(more):
    return lambda request: (request + more,) * 2


one_head("fields-many", "fields", same(wire.literal("x", "y") * 5000))
one_head("fields-many-indexed", "fields", same(wire.indexed(19) * 12000))
one_head("fields-large", "headBytes", same(wire.literal("x-large", "y" * 200_000)))
one_head("cookie-crumbs", "fields", same(wire.literal("cookie", "a=b") * 5000))
one_head("name-large", "headBytes", same(wire.literal("x" * 100_000, "")))
one_head("path-large", "headBytes", lambda request: (request.replace(
    wire.literal(":path", "/"), wire.literal(":path", "/" + "y" * 100_000)),) * 2)


def bomb(request):
    """One octet for each time that four kilobytes come out (CVE-2016-6581)."""
    return request + wire.remembered("x-bomb", "y" * 3900), request + wire.indexed(62) * 16000


one_head("hpack-bomb", "headBytes", bomb, streams=1000)
# A bomb made to fit just so: each head is lawful, and there are a thousand of them.
one_head("hpack-table-churn", "headBytes", same(wire.remembered("x-churn", "y" * 3000)), frozenset({"200"}) | REFUSED, 1000)
one_head("hpack-size-updates", "headBytes", lambda request: (wire.table_size(0) * 5000 + request,) * 2,
         REFUSED | {"200"})


@attack("hpack-own-table-swings", "headBytes", ENDED | {"200", "GOAWAY COMPRESSION_ERROR"})
def own_table_swings(target, report):
    """The table is emptied and filled with each head."""
    head = wire.table_size(0) + wire.table_size(4096) + target.request("/", more=())
    block = head + b"".join(wire.remembered("x-%d" % number, "y") for number in range(100))
    flood(target, report, lambda connection, number, _: wire.headers(connection.next_stream(), block), 2000)


@attack("trailers-without-end", "glitches", REFUSED | {"RST STREAM_CLOSED"})
def trailers(target, report):
    """Field section after field section on a stream that goes on."""
    def begin(connection):
        stream = connection.next_stream()
        connection.send(wire.headers(stream, target.request("/", "POST"), end_stream=False))
        return stream
    flood(target, report, lambda connection, number, stream: wire.headers(stream, b"", end_stream=False), 20_000,
          prepare=begin, until=lambda connection: connection.is_over(1))


@attack("large-trailers", "headBytes", REFUSED)
def large_trailers(target, report):
    """Trailers as large as no head may be."""
    for _ in range(3):
        connection = Connection(target)
        stream = connection.next_stream()
        try:
            connection.send(wire.headers(stream, target.request("/", "POST"), end_stream=False))
            connection.send(wire.headers(stream, b"", end_headers=False))
            for number in range(100):
                connection.send(wire.continuation(stream, wire.literal("x-%d" % number, "y" * 16000)))
                report.sent += 1
            connection.send(wire.continuation(stream, b"", True))
        except Closed:
            pass
        connection.wait(lambda: connection.is_over(stream), 3)
        report.ended(connection)
