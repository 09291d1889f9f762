"""What a case is, and what may become of it."""

HOST = "h.test"

# A request that must never be answered, nor seen by the backend, where it stands in something that is no request.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: h.test\r\n\r\n"


class Seen:
    """A request at the backend. `fields` are those that must be there with just these values, `absent` those that must not."""

    def __init__(self, method="GET", target="/", body=b"", host=HOST, fields=None, absent=(), trailers=()):
        self.method, self.target, self.body, self.host = method, target, body, host
        self.fields, self.absent, self.trailers = fields or {}, absent, trailers

    def difference(self, request):
        """What the backend got that was not meant, or the other way round; None where all is well."""
        if not request.is_whole:
            return "a request that breaks off: %s" % request
        if request.method != octets(self.method):
            return "method %r" % request.method
        if request.target != octets(self.target):
            return "target %r" % request.target
        if request.values("host") != [octets(self.host)]:
            return "host %r" % request.values("host")
        if request.body != self.body:
            return "body %r" % request.body
        for name, value in self.fields.items():
            wanted = value if isinstance(value, list) else [value]
            if request.values(name) != [octets(one) for one in wanted]:
                return "%s: %r" % (name, request.values(name))
        for name in self.absent:
            if request.values(name):
                return "%s is there" % name
        if [line for line in request.trailers] != [(octets(name), octets(value)) for name, value in self.trailers]:
            return "trailers %r" % request.trailers
        return None


class Case:
    """
    status    what the client is answered with by the proxy itself, once; None where all is well
    seen      the requests that reach the backend, each with its answer
    isCut     whether the head may have gone out before the fault showed: the backend must see no whole request then
    closes    whether the connection ends with the answer, so that nothing behind the case is taken
    """

    def __init__(self, group, name, octets, status=None, seen=(), is_cut=False, closes=False):
        self.group, self.name, self.octets = group, name, octets
        self.status, self.seen, self.is_cut, self.closes = status, seen, is_cut, closes


class Table:
    """The cases of a module."""

    def __init__(self):
        self.cases = []
        self.group = None

    def refused(self, name, octets, status=400):
        """Refused with this status; nothing of it reaches the backend, and the connection ends."""
        self.cases.append(Case(self.group, name, octets, status=status, closes=True))

    def answered(self, name, octets, status):
        """Understood, and answered with this status by the proxy itself; the connection goes on."""
        self.cases.append(Case(self.group, name, octets, status=status))

    def cut(self, name, octets, status=400):
        """Refused in the middle of its body."""
        self.cases.append(Case(self.group, name, octets, status=status, is_cut=True, closes=True))

    def passed(self, name, octets, *seen, closes=False, **one):
        """Reaches the backend as these requests, or as one of these attributes."""
        self.cases.append(Case(self.group, name, octets, seen=seen or (Seen(**one),), closes=closes))


def octets(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")


def request(line, *fields, body=b"", host=HOST):
    """A request with Host first; a line that ends in a newline of any kind keeps it."""
    lines = [octets(line)] + ([b"Host: " + octets(host)] if host is not None else []) + [octets(one) for one in fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + octets(body)


def post(*fields, body=b""):
    return request("POST /a HTTP/1.1", *fields, body=body)


def get(*fields, body=b""):
    return request("GET /a HTTP/1.1", *fields, body=body)


def chunk(content):
    """A body of one chunk."""
    return b"%x\r\n" % len(content) + content + b"\r\n0\r\n\r\n"
