"""Several requests at once: each has its own answer, and poison in one spoils nothing before it."""

from smuggling.case import SMUGGLED, Case, Seen, Table, get, post, request

TABLE = Table()
passed = TABLE.passed


def until(name, octets, status, *seen):
    """These requests are answered; then one is refused, and the connection ends."""
    TABLE.cases.append(Case(TABLE.group, name, octets, status=status, seen=seen, closes=True))


def page(number, *fields):
    return request("GET /%d HTTP/1.1" % number, *fields)


TABLE.group = "pipelines"
passed("ten requests", b"".join(page(number) for number in range(10)), *(Seen(target="/%d" % number) for number in range(10)))
passed("requests with and without bodies", post("Content-Length: 3", body="abc") + page(1)
       + post("Transfer-Encoding: chunked", body="3\r\nabc\r\n0\r\n\r\n") + page(2),
       Seen("POST", "/a", b"abc"), Seen(target="/1"), Seen("POST", "/a", b"abc"), Seen(target="/2"))
passed("a HEAD in the middle", page(1) + request("HEAD /h HTTP/1.1") + page(2), Seen(target="/1"), Seen("HEAD", "/h"),
       Seen(target="/2"))
passed("a request behind one that closes is none", page(1) + page(2, "Connection: close") + SMUGGLED, Seen(target="/1"),
       Seen(target="/2"), closes=True)
passed("a request behind one of HTTP/1.0 is none", page(1) + request("GET /2 HTTP/1.0") + SMUGGLED, Seen(target="/1"),
       Seen(target="/2"), closes=True)
passed("for one host and then for the same in another form", page(1) + request("GET http://h.test/2 HTTP/1.1", host="x.test"),
       Seen(target="/1"), Seen(target="/2"))
until("garbage behind a request", page(1) + b"garbage\r\n\r\n" + SMUGGLED, 400, Seen(target="/1"))
until("CL.TE behind a request", page(1) + post("Content-Length: 5", "Transfer-Encoding: chunked", body="0\r\n\r\n") + SMUGGLED,
      400, Seen(target="/1"))
until("two Hosts behind a request", page(1) + page(2, "Host: other.test") + SMUGGLED, 400, Seen(target="/1"))
until("a body that is one octet short", post("Content-Length: 4", body="hello") + b"/1 HTTP/1.1\r\nHost: h.test\r\n\r\n", 400,
      Seen("POST", "/a", b"hell"))
until("a chunked body with a tail", post("Transfer-Encoding: chunked", body=b"0\r\n\r\nG") + b" /1 HTTP/1.1\r\n x\r\n\r\n", 400,
      Seen("POST", "/a"))
until("HTTP/0.9 behind a request", page(1) + b"GET /\r\n" + SMUGGLED, 400, Seen(target="/1"))
until("the preface of HTTP/2 behind a request", page(1) + b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, Seen(target="/1"))
until("CONNECT behind a request", page(1) + request("CONNECT h.test:80 HTTP/1.1") + SMUGGLED, 400, Seen(target="/1"))
until("a fold behind a request", page(1) + get("X: 1", " 2") + SMUGGLED, 400, Seen(target="/1"))
