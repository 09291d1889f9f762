"""Clients that ask for much and take little: what waits for them must be small, and must not wait for ever."""

import time

from connection import Closed, Connection
import wire

from .attack import ENDED, attack, flood

# How long a client may take nothing: the tests set `send_timeout` and `client_body_timeout` to 2 s, and 10 s are asserted.
PATIENCE = 10

CUT = ENDED | {"RST " + error for error in wire.ERRORS} | {"408"}


def ask(connection, target, count, path="/endless"):
    block = target.request(path)
    streams = [connection.next_stream() for _ in range(count)]
    connection.send(b"".join(wire.headers(stream, block) for stream in streams))
    return streams


def hold(report, connections, within=PATIENCE):
    """Waits until the server has had enough of all of them."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        for connection in connections:
            if connection.reads:
                connection.wait(within=0.02)
        if all(len(connection.resets) >= connection.wanted or connection.goaways or connection.closed
               for connection in connections):
            break
        time.sleep(0.02)
    for connection in connections:
        connection.reads = True
        connection.wait(within=0.5)
        report.ended(connection)


def starve(name, first_window, memory=16, streams=100, connections=4, step=None, reads=True, receive_buffer=None):
    def run(target, report):
        open_ones = []
        for _ in range(connections):
            connection = Connection(
                target, settings=((wire.INITIAL_WINDOW_SIZE, first_window),), credit=False, reads=reads,
                receive_buffer=receive_buffer)
            connection.wanted = streams
            ask(connection, target, streams)
            if step:
                step(connection)
            report.sent += streams
            open_ones.append(connection)
        hold(report, open_ones)
    # A backend request that waits for its client is one that is open, on each of the connections.
    attack(name, "sendTimeout", CUT, memory, most_open=streams * connections + 10)(run)


starve("window-zero", 0)
starve("window-one", 1)
starve("window-of-connection", 0x7FFFFFFF)
starve("socket-unread", 0x7FFFFFFF, reads=False, receive_buffer=4096,
       step=lambda connection: connection.send(wire.window_update(0, 0x7FFFFFFF - 65535)))


@attack("window-in-drops", "glitches", ENDED)
def window_drops(target, report):
    """A window of one octet, opened octet by octet: nine octets of frame, and all the work, for each."""
    def begin(connection):
        return ask(connection, target, 20)

    def make(connection, number, streams):
        return wire.window_update(streams[number % len(streams)], 1)
    flood(target, report, make, 200_000, prepare=begin, settings=((wire.INITIAL_WINDOW_SIZE, 0),), credit=False)


# An upload that waits is a request that is open; and there may be some left of what was before.
@attack("uploads-stalled", "windows", CUT, most_open=500)
def uploads_stalled(target, report):
    """A hundred uploads to a backend that reads nothing: as much as the windows let through, and no end."""
    upload(target, report, "/stall")


@attack("uploads-without-end", "bodyTimeout", CUT, most_open=500)
def uploads_without_end(target, report):
    """A hundred uploads of which a piece comes, and then nothing."""
    upload(target, report, "/", size=1000)


def upload(target, report, path, size=None, connections=4, streams=100):
    open_ones = []
    for _ in range(connections):
        connection = Connection(target)
        connection.wanted = streams
        connection.wait(lambda: connection.server_settings, 5)
        # The acknowledgement of the first window may come with more for the connection.
        connection.wait(within=0.1)
        window = connection.server_settings.get(wire.INITIAL_WINDOW_SIZE, 65535)
        block = target.request(path, "POST")
        own = [connection.next_stream() for _ in range(streams)]
        left = 65535 + connection.credited.get(0, 0)
        try:
            connection.send(b"".join(wire.headers(stream, block, end_stream=False) for stream in own))
            for stream in own:
                share = min(size or window, left)
                left -= share
                while share > 0:
                    piece = min(share, 16384)
                    connection.send(wire.data(stream, bytes(piece)))
                    share -= piece
                    report.sent += 1
        except Closed:
            pass
        open_ones.append(connection)
    hold(report, open_ones)
