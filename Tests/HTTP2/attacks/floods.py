"""Frames that cost the sender nothing, by the hundred thousand."""

import wire

from .attack import ENDED, attack, flood

MANY = 300_000


def simple(name, bound, octets, expected=ENDED, limit=MANY, **options):
    """The same frame again and again."""
    run = lambda target, report: flood(target, report, lambda *_: octets, limit, batch=1000, **options)
    attack(name, bound, expected)(run)


simple("ping", "glitches", wire.ping())
simple("ping-unread", "glitches", wire.ping(), reads=False)
simple("ping-answers", "glitches", wire.ping(ack=True))
simple("settings", "glitches", wire.settings())
simple("settings-unread", "glitches", wire.settings(), reads=False)
simple("settings-long", "settingsPerFrame", wire.settings(*[(wire.INITIAL_WINDOW_SIZE, 65535)] * 500), limit=20_000)
simple("settings-unknown", "settingsPerFrame", wire.settings(*[(0xFFFF, number) for number in range(100)]), limit=50_000)
simple("settings-answers", "glitches", wire.settings_ack())
simple("priority-idle", "glitches", wire.priority(3, 1))
simple("priority-update", "glitches", wire.frame(0x10, 0, 0, b"\0\0\0\1u=1"))
simple("unknown-empty", "glitches", wire.frame(0xFA))
simple("unknown-large", "glitches", wire.frame(0xFA, 0xFF, 7, bytes(16384)), limit=100_000)
simple("origin", "glitches", wire.frame(0x0C, 0, 0, b""))
simple("window-of-connection", "glitches", wire.window_update(0, 1))
simple("goaway", "glitches", wire.goaway(debug=bytes(1000)), limit=100_000)


@attack("priority-many-streams", "glitches", ENDED)
def priority_many(target, report):
    """Each on a stream that nobody opened, deeper and deeper in a tree."""
    def make(connection, number, _):
        stream = connection.next_stream()
        return wire.priority(stream, max(0, stream - 2), 255, True)
    flood(target, report, make, MANY, batch=1000)


@attack("priority-loops", "glitches", ENDED)
def priority_loops(target, report):
    """Three streams that depend on each other, turned round again and again."""
    def make(connection, number, streams):
        a, b, c = streams[number % 3:] + streams[:number % 3]
        return wire.priority(a, b, 1, True) + wire.priority(b, c, 255, True) + wire.priority(c, a, 7)

    def prepare(connection):
        streams = [connection.next_stream() for _ in range(3)]
        connection.send(b"".join(wire.headers(stream, target.request("/hang")) for stream in streams))
        return streams
    flood(target, report, make, MANY, batch=300, prepare=prepare)


def on_upload(name, make, bound="glitches", limit=MANY, expected=ENDED, batch=1000, path="/", size=0):
    """Frames of a body that does not end."""
    def prepare(target):
        def begin(connection):
            stream = connection.next_stream()
            connection.send(wire.headers(stream, target.request(path, "POST"), end_stream=False))
            return stream
        return begin

    def run(target, report):
        flood(target, report, lambda connection, number, stream: make(stream), limit, batch=batch,
              prepare=prepare(target), until=lambda connection: connection.resets, size=size)
    attack(name, bound, expected)(run)


on_upload("empty-data", lambda stream: wire.data(stream))
on_upload("empty-data-stalled", lambda stream: wire.data(stream), path="/stall")
on_upload("empty-data-padded", lambda stream: wire.padded_data(stream, b"", 255), "smallFrames", batch=100, size=256)
on_upload("padding", lambda stream: wire.padded_data(stream, b"x", 254), "smallFrames", batch=100, size=256)
on_upload("window-of-stream", lambda stream: wire.window_update(stream, 1))
on_upload("priority-of-stream", lambda stream: wire.priority(stream, 0, 3))


@attack("settings-window-swings", "glitches", ENDED)
def settings_swings(target, report):
    """The window of a hundred open streams goes from nothing to all and back with each pair of frames."""
    swing = wire.settings((wire.INITIAL_WINDOW_SIZE, 0)) + wire.settings((wire.INITIAL_WINDOW_SIZE, 0x7FFFFFFF))

    def prepare(connection):
        block = target.request("/hang")
        connection.send(b"".join(wire.headers(connection.next_stream(), block) for _ in range(100)))
    flood(target, report, lambda *_: swing, 100_000, prepare=prepare)


@attack("table-size-swings", "glitches", ENDED)
def table_swings(target, report):
    """The server's own table of fields shrinks to nothing and grows again."""
    swing = wire.settings((wire.HEADER_TABLE_SIZE, 0)) + wire.settings((wire.HEADER_TABLE_SIZE, 0xFFFFFFFF))
    flood(target, report, lambda *_: swing, 100_000)
