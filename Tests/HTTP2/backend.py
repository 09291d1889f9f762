"""The application behind the proxy under attack: plain HTTP/1.1, and it counts what comes through.

backend.py PORT

/hang       is never answered
/stall      is never answered either, and nothing of its body is read
/endless    is answered without end
/count      says in JSON what came since it was asked last
others      are answered once their body has come
"""

import asyncio
import json
import socket
import sys

PIECE = b"x" * 65536


# tcp(7): the first octet of TCP_INFO is the state.
ESTABLISHED = 1


def is_established(connection):
    """Whether the other side has not closed; who does not read is told by nothing else."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED


class Backend:
    def __init__(self):
        self.requests = self.open = self.most_open = self.octets = 0

    async def serve(self, reader, writer):
        try:
            while await self.answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        path = head.split(b" ", 2)[1].partition(b"?")[0]
        if path == b"/count":
            body = json.dumps(vars(self)).encode()
            self.requests = self.octets = 0
            self.most_open = self.open
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            return True
        self.requests += 1
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        try:
            if path == b"/stall":
                # What was read ahead stays small, and the rest is the kernel's.
                writer.transport.pause_reading()
                while is_established(writer.get_extra_info("socket")):
                    await asyncio.sleep(0.05)
                return False
            if path == b"/hang":
                while await reader.read(65536):
                    pass
                return False
            if path == b"/endless":
                writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                while True:
                    writer.write(b"%x\r\n%s\r\n" % (len(PIECE), PIECE))
                    await writer.drain()
            await self.body(head, reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n")
            await writer.drain()
            return True
        finally:
            self.open -= 1

    async def body(self, head, reader):
        if b"\r\ntransfer-encoding: chunked\r\n" in head:
            while True:
                size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
                await reader.readexactly(size + 2) if size else None
                self.octets += size
                if not size:
                    while await reader.readuntil(b"\r\n") != b"\r\n":
                        pass
                    return
        elif b"\r\ncontent-length: " in head:
            size = int(head.split(b"\r\ncontent-length: ")[1].split(b"\r\n")[0])
            while size:
                piece = await reader.read(min(size, 65536))
                if not piece:
                    raise ConnectionError
                size -= len(piece)
                self.octets += len(piece)


async def main(port):
    server = await asyncio.start_server(Backend().serve, "127.0.0.1", int(port), limit=1 << 16, backlog=1024)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
