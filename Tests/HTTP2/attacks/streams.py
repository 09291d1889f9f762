"""Uploads in the smallest of frames, and answers thrown away."""

import wire

from .attack import ENDED, attack, flood


@attack("data-in-drops", "smallFrames", ENDED | {"200"})
def data_in_drops(target, report):
    """An upload of which each octet has a frame of its own. It is lawful; it must not cost others anything."""
    def begin(connection):
        stream = connection.next_stream()
        connection.send(wire.headers(stream, target.request("/", "POST"), end_stream=False))
        return stream
    flood(target, report, lambda connection, number, stream: wire.data(stream, b"x", number == 49_999), 50_000, batch=1000,
          prepare=begin, until=lambda connection: connection.is_over(1))


@attack("answers-unwanted", "resets", ENDED)
def answers_unwanted(target, report):
    """Large answers, each reset at its first octets."""
    block = target.request("/endless")

    def make(connection, number, _):
        stream = connection.next_stream()
        connection.send(wire.headers(stream, block))
        connection.wait(lambda: connection.bodies[stream] or connection.is_over(stream), 5)
        return wire.rst_stream(stream)
    flood(target, report, make, 5_000, batch=1)
