"""An application behind the proxy that speaks plain HTTP/1.1, and does what honest clients of HTTP/2 are tried with.

application.py PORT NAME

/name       answers its name
/echo       answers the body that it was sent, and puts what it got as trailer X-Sum into a trailer of its own
/hints      answers 103, and then its name
/refuse     answers 403 as soon as it has the head, and goes on reading
/slow       answers how many octets it was sent, and takes them at 2 MiB a second
"""

import asyncio
import sys


async def body(fields, reader, pause=0.0):
    """The pieces of a request's body, and its trailers as the last one."""
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        while True:
            size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
            if not size:
                break
            yield await reader.readexactly(size)
            await reader.readexactly(2)
            await asyncio.sleep(pause * size)
        yield parsed(await section(reader))
        return
    left = int(fields.get(b"content-length", b"0"))
    while left:
        piece = await reader.read(min(left, 65536))
        if not piece:
            raise ConnectionError
        left -= len(piece)
        yield piece
        await asyncio.sleep(pause * len(piece))
    yield {}


async def section(reader):
    lines = b""
    while True:
        line = await reader.readuntil(b"\r\n")
        if line == b"\r\n":
            return lines
        lines += line


def parsed(lines):
    pairs = (line.split(b":", 1) for line in lines.split(b"\r\n") if line)
    return {name.lower(): value.strip() for name, value in pairs}


class Application:
    def __init__(self, name):
        self.name = name.encode()

    async def serve(self, reader, writer):
        try:
            while True:
                first, _, rest = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
                method, target, _ = first.split(b" ")
                await self.answer(method, target.partition(b"?")[0], parsed(rest), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, method, path, fields, reader, writer):
        if fields.get(b"expect") == b"100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if path == b"/hints":
            writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
            await writer.drain()
        if path == b"/refuse":
            self.whole(method, writer, b"403 Forbidden", b"no\n")
        taken, trailers, echoed = 0, {}, bytearray()
        pieces = body(fields, reader, pause=0.5 / (1 << 20) if path == b"/slow" else 0)
        async for piece in pieces:
            if isinstance(piece, dict):
                trailers = piece
            else:
                taken += len(piece)
                if path == b"/echo":
                    echoed += piece
        if path == b"/echo":
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n")
            if method != b"HEAD":
                if echoed:
                    writer.write(b"%x\r\n%s\r\n" % (len(echoed), bytes(echoed)))
                writer.write(b"0\r\nX-Sum: %s\r\n\r\n" % trailers.get(b"x-sum", b"none"))
        elif path == b"/slow":
            self.whole(method, writer, b"200 OK", b"%d" % taken)
        elif path != b"/refuse":
            self.whole(method, writer, b"200 OK", self.name)
        await writer.drain()

    def whole(self, method, writer, status, content):
        writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\nX-Served-By: %s\r\n\r\n%s" % (
            status, len(content), self.name, b"" if method == b"HEAD" else content))


async def main(port, name):
    server = await asyncio.start_server(Application(name).serve, "127.0.0.1", int(port), limit=1 << 20, backlog=1024)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
