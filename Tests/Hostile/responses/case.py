"""What an answer of a backend is, and what may become of it."""

# An answer that no request has asked for, and that must never be anybody's.
POISON = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"


class Case:
    """
    octets    what the backend answers; a list where it pauses between the parts
    ends      what it does behind that: `stays`, `closes`, `resets`
    status    what the client sees; None where the answer must break off visibly, and a tuple where several will do
    body      the body that it sees, whole
    fields, absent
              fields that it must see with these values, or not at all
    method, request
              of the request, and its further fields (HTTP/1.1 alone)
    """

    def __init__(self, group, name, octets, ends, status, body=b"", fields=None, absent=(), method="GET", request=()):
        self.group, self.name, self.ends, self.status, self.body = group, name, ends, status, body
        self.octets = octets if isinstance(octets, list) else [octets]
        self.fields, self.absent = fields or {}, absent
        self.method, self.request = method, request
        # Whether something comes on the connection when its answer is over already.
        self.is_late = status is not None and status < 300 and len(self.octets) > 1


class Table:
    """The cases of a module."""

    def __init__(self):
        self.cases = []
        self.group = None

    def bad(self, name, octets, ends="stays", **more):
        """502: nothing of it was passed on."""
        self.cases.append(Case(self.group, name, octets, ends, 502, **more))

    def cut(self, name, octets, ends="stays", **more):
        """Begins well and breaks off, which the client must see."""
        self.cases.append(Case(self.group, name, octets, ends, None, **more))

    def good(self, name, octets, body=b"", status=200, ends="stays", **more):
        """Passed on as this."""
        self.cases.append(Case(self.group, name, octets, ends, status, body=body, **more))


def octets(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")


def head(*fields, status="HTTP/1.1 200 OK"):
    """The head of an answer."""
    return b"\r\n".join([octets(status)] + [octets(field) for field in fields]) + b"\r\n\r\n"


def hello(*fields, status="HTTP/1.1 200 OK"):
    """An answer with a body of five octets and further fields."""
    return head("Content-Length: 5", *fields, status=status) + b"hello"
