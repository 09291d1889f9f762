"""Clients that are slow, or say nothing: each must be gone within the time for what it is at."""

import time

from connection import Closed, Connection
import wire

from .attack import ENDED, attack

# The tests set the times for a head, a body and an idle connection to 2 s; a connection that lingers has 2 s more.
PATIENCE = 15

GONE = ENDED | {"408"} | {"GOAWAY " + error for error in wire.ERRORS}


def quiet(name, bound, begin, drip=None, expected=GONE, connections=50, memory=16):
    """`begin(connection, target)` on many connections, then one octet of `drip(target)` at a time, or nothing."""
    def run(target, report):
        open_ones = [Connection(target, preface=False, answers=False) for _ in range(connections)]
        for connection in open_ones:
            connection.drops = bytes(drip(target)) if drip else b""
            try:
                connection.send(begin(target))
            except Closed:
                # The first ones may have waited for the last ones too long already.
                pass
        start = time.monotonic()
        while time.monotonic() < start + PATIENCE and not all(connection.closed for connection in open_ones):
            for connection in open_ones:
                if connection.closed:
                    continue
                try:
                    if connection.drops and not connection.goaways:
                        connection.send(connection.drops[:1])
                        connection.drops = connection.drops[1:]
                        report.sent += 1
                    connection.wait(within=0)
                except Closed:
                    pass
            time.sleep(0.1)
        report.note("all gone after %.1f s" % (time.monotonic() - start))
        for connection in open_ones:
            report.ended(connection)
    attack(name, bound, expected, memory)(run)


def opening(target):
    return wire.PREFACE + wire.settings()


quiet("nothing-at-all", "headTimeout", lambda target: b"")
quiet("half-a-preface", "headTimeout", lambda target: wire.PREFACE[:16])
quiet("preface-in-drops", "headTimeout", lambda target: wire.PREFACE[:3], drip=lambda target: wire.PREFACE[3:] + bytes(200))
quiet("preface-alone", "idleTimeout", lambda target: wire.PREFACE)
quiet("opening-alone", "idleTimeout", opening)
quiet("head-half", "headTimeout", lambda target: opening(target) + wire.headers(1, target.request("/"))[:20])
quiet("head-without-continuation", "headTimeout",
      lambda target: opening(target) + wire.headers(1, target.request("/"), end_headers=False))
quiet("head-in-drops", "headTimeout", opening, drip=lambda target: wire.headers(1, target.request("/" + "a" * 500)))
quiet("frames-in-drops", "headTimeout", opening, drip=lambda target: wire.frame(0xFA, 0, 0, bytes(3)) * 100)
quiet("pings-in-drops", "idleTimeout", opening, drip=lambda target: wire.ping() * 100)
quiet("frame-that-lies", "headTimeout",
      lambda target: opening(target) + wire.frame(wire.HEADERS, 5, 1, b"", length=16384) + target.request("/"))
