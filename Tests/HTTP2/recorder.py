"""A backend that reads HTTP/1 as strictly as it can be read, and keeps all that it is sent."""

import asyncio
import re
import threading

REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^\x00-\x20\x7f]+) HTTP/1\.[01]")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")


class Fault(Exception):
    """What came is not HTTP."""


class Received:
    """One request."""

    def __init__(self):
        self.method = self.target = b""
        self.fields, self.trailers, self.body = [], [], b""
        self.is_whole = False
        # Whether nothing more of it can come.
        self.is_over = False
        self.fault = None
        # Which request it is, and which connection it came on, each counted from 1.
        self.number = self.connection = 0

    def values(self, name):
        return [value for other, value in self.fields if other == name.encode()]

    def __repr__(self):
        return "%s %s %r %d octets%s %s" % (
            self.method, self.target, self.fields, len(self.body), "" if self.is_whole else ", cut", self.fault or "")


class Recorder:
    """Listens on the port, in a thread of its own."""

    def __init__(self, port):
        self.requests = []
        self.request_count = self.connection_count = 0
        self.changed = threading.Condition()
        started = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(port, started)), daemon=True).start()
        started.wait(10)

    async def _serve(self, port, started):
        server = await asyncio.start_server(self._connection, "127.0.0.1", port, limit=1 << 20)
        started.set()
        await server.serve_forever()

    def take(self):
        """What came since the last call."""
        with self.changed:
            requests, self.requests = self.requests, []
            return requests

    def answer(self, request):
        """The octets that a request is answered with."""
        return b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + (b"" if request.method == b"HEAD" else b"ok\n")

    async def _connection(self, reader, writer):
        self.connection_count += 1
        number = self.connection_count
        try:
            while await self._request(reader, writer, number):
                pass
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _request(self, reader, writer, connection):
        first = await reader.read(1)
        if not first:
            return False
        request = Received()
        self.request_count += 1
        request.number, request.connection = self.request_count, connection
        with self.changed:
            self.requests.append(request)
        try:
            await self._head(first, reader, request)
            await self._body(reader, request)
            request.is_whole = True
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        except (Fault, asyncio.LimitOverrunError) as fault:
            request.fault = repr(fault)
            return False
        finally:
            request.is_over = True
        writer.write(self.answer(request))
        await writer.drain()
        return True

    async def _line(self, reader, first=b""):
        line = first + await reader.readuntil(b"\n")
        if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
            raise Fault("a line that does not end in CR LF: %r" % line)
        return line[:-2]

    async def _section(self, reader):
        section = []
        while True:
            line = await self._line(reader)
            if not line:
                return section
            match = FIELD.fullmatch(line)
            if not match:
                raise Fault("no field: %r" % line)
            section.append((match[1].lower(), match[2].rstrip(b" \t")))

    async def _head(self, first, reader, request):
        line = await self._line(reader, first)
        match = REQUEST_LINE.fullmatch(line)
        if not match:
            raise Fault("no request line: %r" % line)
        request.method, request.target = match[1], match[2]
        request.fields = await self._section(reader)
        if len(request.values("host")) != 1:
            raise Fault("not one Host")

    async def _body(self, reader, request):
        lengths, codings = request.values("content-length"), request.values("transfer-encoding")
        if len(lengths) + len(codings) > 1 or codings not in ([], [b"chunked"]):
            raise Fault("framed in two ways: %r %r" % (lengths, codings))
        if lengths:
            if not lengths[0].isdigit():
                raise Fault("no length: %r" % lengths[0])
            request.body = await reader.readexactly(int(lengths[0]))
        while codings:
            size = await self._line(reader)
            if not CHUNK_SIZE.fullmatch(size):
                raise Fault("no chunk: %r" % size)
            piece = await reader.readexactly(int(size, 16))
            if not piece:
                request.trailers = await self._section(reader)
                return
            request.body += piece
            if await reader.readexactly(2) != b"\r\n":
                raise Fault("a chunk that goes on")
