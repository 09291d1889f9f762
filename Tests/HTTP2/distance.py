"""Uploads over a long way, and says how far the server opened its windows for it.

distance.py --port PORT [--tls] [--delay MILLISECONDS] [--size MIB]

The way is a relay in this program that hands each piece on so many milliseconds later, in both directions: it is as wide as this
machine makes it, so that nothing holds an upload up but the windows. Prints JSON: the first window and the largest, in octets, and
the seconds that it took.
"""

import argparse
import asyncio
import json
import threading
import time

from connection import Connection, Target
import wire


class LongWay:
    """Relays the connections of a port of its own to another one."""

    def __init__(self, port, delay):
        self.destination, self.delay = port, delay
        started = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True).start()
        started.wait(10)

    async def _serve(self, started):
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await server.serve_forever()

    async def _connection(self, reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", self.destination)
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer))

    async def _pass(self, reader, writer):
        """What is on its way is as much as the sender's windows let through."""
        queue = asyncio.Queue()

        async def take():
            while True:
                octets = await reader.read(1 << 18)
                await queue.put((time.monotonic() + self.delay, octets))
                if not octets:
                    return

        async def give():
            while True:
                due, octets = await queue.get()
                await asyncio.sleep(max(0, due - time.monotonic()))
                if not octets:
                    return writer.close()
                writer.write(octets)
                await writer.drain()

        await asyncio.gather(take(), give(), return_exceptions=True)


def upload(target, size):
    """The first and the largest window of the upload's stream, and its seconds."""
    connection = Connection(target)
    connection.wait(lambda: connection.server_settings, 5)
    connection.wait(lambda: connection.credited[0], 5)
    first = connection.window(1)
    stream = connection.next_stream()
    connection.send(wire.headers(stream, target.request("/", "POST"), end_stream=False))
    begin, sent = time.monotonic(), 0
    piece = bytes(16384)
    while sent < size:
        if not connection.wait(lambda: connection.window(stream) > sent, 60):
            raise SystemExit("the window stays shut: %s" % connection.reactions())
        count = min(size - sent, connection.window(stream) - sent, 1 << 20)
        frames = [wire.data(stream, piece[:min(16384, count - at)]) for at in range(0, count, 16384)]
        sent += count
        connection.send(b"".join(frames) + (wire.data(stream, b"", True) if sent == size else b""), patience=60)
    connection.wait(lambda: connection.is_over(stream), 60)
    if connection.statuses.get(stream) != 200:
        raise SystemExit("not answered: %s" % connection.reactions())
    # All that was granted and not used: how much could have been on its way at the end.
    return first, connection.window(stream) - sent, time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--authority", default="h2.test")
    parser.add_argument("--delay", type=float, default=25, help="one way, in milliseconds")
    parser.add_argument("--size", type=int, default=64, help="in MiB")
    options = parser.parse_args()
    way = LongWay(options.port, options.delay / 1000)
    first, largest, seconds = upload(Target(way.port, authority=options.authority, tls=options.tls), options.size << 20)
    print(json.dumps({"first": first, "largest": largest, "seconds": round(seconds, 2)}))


main()
