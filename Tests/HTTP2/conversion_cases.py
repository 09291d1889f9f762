"""Requests that HTTP/1 cannot say or would understand otherwise, and what must become of each."""

import wire

# Malformed (RFC 9113, section 8.1.1): a stream error, and no octet of it reaches the backend.
MALFORMED = "malformed"
# Refused, by a status or a reset; no octet of it reaches the backend.
REFUSED = "refused"
# The head may have gone out before the fault showed: the backend must see a request that breaks off.
CUT = "cut"
# The head says that nothing follows, so that the request is whole before the fault shows: the backend may see it, and nothing more.
EMPTY = "empty"
# Exactly one request reaches the backend, and it is the one that is meant.
PASSED = "passed"

HOST = "h2.test"


class Case:
    """
    block     the field block
    body      what follows on the stream, made by functions of its number; None where the head ends the stream
    method, target, fields, absent, content, trailers
              what the backend must see, or not, of a request that is passed
    """

    def __init__(self, name, verdict, block, body=None, **seen):
        self.name, self.verdict, self.block, self.body, self.seen = name, verdict, block, body, seen


CASES = []


def case(name, verdict, more=(), body=None, block=None, method="GET", path="/", scheme="http", authority=HOST, **seen):
    """Adds a case; a pseudo-field that is None is left out."""
    if block is None:
        pseudo = ((":method", method), (":scheme", scheme), (":authority", authority), (":path", path))
        block = wire.fields(*((key, value) for key, value in pseudo if value is not None), *more)
    CASES.append(Case(name, verdict, block, body, **seen))


def head(*pairs):
    return wire.fields(*pairs)


def whole(*pieces):
    """A body of these pieces."""
    return [lambda stream, piece=piece, last=index == len(pieces) - 1: wire.data(stream, piece, last)
            for index, piece in enumerate(pieces)]


def with_trailers(*pairs, content=b"hello", end_stream=True):
    return [lambda stream: wire.data(stream, content),
            lambda stream: wire.headers(stream, wire.fields(*pairs), end_stream=end_stream)]


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: h2.test\r\n\r\n"

# Octets

for octet in list(range(0x00, 0x21)) + list(b'"(),/:;<=>?@[\\]{}') + list(b"AXZ") + [0x7F, 0x80, 0xFF]:
    case("name with octet %02x" % octet, MALFORMED, [(b"x-a" + bytes((octet,)) + b"b", "1")])
for octet in [octet for octet in range(0x20) if octet != 9] + [0x7F]:
    case("value with octet %02x" % octet, MALFORMED if octet in b"\x00\r\n" else REFUSED,
         [("x-a", b"1" + bytes((octet,)) + b"2")])
for octet in (0x00, 0x09, 0x0A, 0x0D, 0x20, 0x7F):
    for name in ("method", "path", "scheme", "authority"):
        case(":%s with octet %02x" % (name, octet), REFUSED, **{
            name: {"method": b"GET", "path": b"/", "scheme": b"http", "authority": b"h2.test"}[name]
            + bytes((octet,)) + b"x"})

case("value that would be two lines", MALFORMED, [("x-a", b"1\r\nx-b: 2")])
case("value that would be two requests", MALFORMED, [("x-a", b"1\r\n\r\n" + SMUGGLED)])
case("name that would be two lines", MALFORMED, [(b"x-a: 1\r\nx-b", "2")])
case("path that would be two requests", REFUSED, path=b"/ HTTP/1.1\r\nHost: h2.test\r\n\r\n" + SMUGGLED)
case("method that would be two requests", REFUSED, method=b"GET / HTTP/1.1\r\nHost: h2.test\r\n\r\nGET")
case("authority that would be two lines", REFUSED, authority=b"h2.test\r\nx-b: 2")
case("scheme that would be a line", REFUSED, scheme=b"http\r\nx-b: 2")
case("name that is empty", MALFORMED, [("", "1")])
case("name with a colon behind it", MALFORMED, [("x-a:", "1")])
case("name of upper case", MALFORMED, [("X-A", "1")])
case("name of a known field with upper case", MALFORMED, [("Content-Type", "1")])
case("value with a space before it", MALFORMED, [("x-a", " 1")])
case("value with a space behind it", MALFORMED, [("x-a", "1 ")])
case("value with a tab before it", MALFORMED, [("x-a", "\t1")])
case("value with a tab behind it", MALFORMED, [("x-a", "1\t")])
case("value with a tab inside", PASSED, [("x-a", "1\t2")], fields={"x-a": "1\t2"})
case("value beyond ASCII", PASSED, [("x-a", b"gr\xc3\xbc\xc3\x9fe")], fields={"x-a": b"gr\xc3\xbc\xc3\x9fe"})
case("value that is empty", PASSED, [("x-a", "")], fields={"x-a": ""})

# Pseudo-fields

for name in ("method", "scheme", "path"):
    case("no :%s" % name, MALFORMED, **{name: None})
    case("empty :%s" % name, MALFORMED, **{name: ""})
    case("two :%ss" % name, MALFORMED, block=head(
        (":method", "GET"), (":scheme", "http"), (":authority", HOST), (":path", "/"),
        (":" + name, {"method": "GET", "scheme": "http", "path": "/"}[name])))
case("two :authoritys", MALFORMED, block=head(
    (":method", "GET"), (":scheme", "http"), (":authority", HOST), (":authority", HOST), (":path", "/")))
case("pseudo-field behind a field", MALFORMED, block=head(
    (":method", "GET"), (":scheme", "http"), (":authority", HOST), ("x-a", "1"), (":path", "/")))
case("unknown pseudo-field", MALFORMED, [], block=head(
    (":method", "GET"), (":scheme", "http"), (":authority", HOST), (":path", "/"), (":version", "1")))
case("pseudo-field of an answer", MALFORMED, block=head(
    (":method", "GET"), (":scheme", "http"), (":authority", HOST), (":path", "/"), (":status", "200")))
case(":protocol without CONNECT", REFUSED, block=head(
    (":method", "GET"), (":scheme", "http"), (":authority", HOST), (":path", "/"), (":protocol", "websocket")))
case("pseudo-field of upper case", MALFORMED, block=head(
    (":Method", "GET"), (":scheme", "http"), (":authority", HOST), (":path", "/")))
case("colon alone", MALFORMED, [(":", "1")])
case("nothing at all", MALFORMED, block=b"")
case("fields alone", MALFORMED, block=head(("x-a", "1")))

case("method with a space", REFUSED, method="GET /smuggled")
case("method that is no token", REFUSED, method="G@T")
case("method of lower case", PASSED, method="get", seen_method="get")
case("method that nobody knows", PASSED, method="FROB", seen_method="FROB")
case("scheme that nobody knows", REFUSED, scheme="gopher")
case("scheme that is no scheme", REFUSED, scheme="h tt p")
case("scheme with a host", REFUSED, scheme="http://h2.test")
case("scheme of upper case", PASSED, scheme="HTTP")
case("path without a slash", REFUSED, path="index.html")
case("path with a host", REFUSED, path="http://h2.test/")
case("path with a host of others", REFUSED, path="http://others.test/")
case("path with a space", REFUSED, path="/a b")
case("path with a version", REFUSED, path="/ HTTP/1.1")
case("path with a fragment", REFUSED, path="/a#b")
case("path of a question mark", REFUSED, path="?a=b")
case("path beyond ASCII", REFUSED + "|" + PASSED, path=b"/gr\xc3\xbc\xc3\x9fe", target=b"/gr\xc3\xbc\xc3\x9fe")
case("path with escapes", PASSED, path="/a%2fb%0d%0a?c=%0d%0a%00", target="/a%2fb%0d%0a?c=%0d%0a%00")
case("path with an escape that nothing serves", REFUSED, path="/a%00")
case("path with an escape that is none", REFUSED, path="/a%zz")
case("path with two slashes", PASSED, path="//others.test/", target="//others.test/")
case("path with a query", PASSED, path="/a?b=/c?d", target="/a?b=/c?d")
case("asterisk with GET", REFUSED, path="*")
case("asterisk with OPTIONS", PASSED + "|" + REFUSED, path="*", method="OPTIONS", target="*")
case("path beginning with an asterisk", REFUSED, path="*a", method="OPTIONS")

case("authority with a user", REFUSED, authority="user@h2.test")
case("authority with a path", REFUSED, authority="h2.test/a")
case("authority with a query", REFUSED, authority="h2.test?a")
case("authority with a fragment", REFUSED, authority="h2.test#a")
case("authority with a space", REFUSED, authority="h2.test others.test")
case("authority with a comma", REFUSED, authority="h2.test,others.test")
case("authority with a scheme", REFUSED, authority="http://h2.test")
case("authority with a port that is none", REFUSED, authority="h2.test:80a")
case("authority with a port that is too large", REFUSED, authority="h2.test:65536")
case("authority with two ports", REFUSED, authority="h2.test:80:81")
case("authority with a backslash", REFUSED, authority="h2.test\\others.test")
case("authority with an escape", REFUSED, authority="h2.test%00")
case("authority that is empty", REFUSED, authority="")
case("authority that is empty beside a Host", REFUSED + "|" + PASSED, [("host", HOST)], authority="", host=HOST)
case("neither authority nor Host", REFUSED, authority=None)
case("Host alone", PASSED, [("host", HOST)], authority=None, host=HOST)
case("Host twice", REFUSED, [("host", HOST), ("host", HOST)], authority=None)
case("Host that says the same", PASSED, [("host", HOST)], host=HOST)
case("Host that says the same twice", REFUSED, [("host", HOST), ("host", HOST)])
case("Host that says otherwise", REFUSED, [("host", "others.test")])
case("Host that is empty", REFUSED, [("host", "")])
case("Host with a user", REFUSED, [("host", "user@h2.test")], authority=None)
case("Host with another port", REFUSED, [("host", "h2.test:81")])
case("authority of upper case", PASSED, authority="H2.TEST")
case("authority with a port", PASSED, authority="h2.test:8080")

# Fields of one connection

for name, value in (
        ("connection", "close"), ("connection", "keep-alive"), ("connection", "content-length"), ("connection", ""),
        ("keep-alive", "timeout=5"), ("proxy-connection", "keep-alive"), ("transfer-encoding", "chunked"),
        ("transfer-encoding", "identity"), ("transfer-encoding", "gzip, chunked"), ("transfer-encoding", ""),
        ("upgrade", "h2c"), ("upgrade", "websocket"), ("te", "chunked"), ("te", "trailers, chunked"), ("te", "gzip")):
    case("%s: %s" % (name, value), MALFORMED, [(name, value)])
    if name == "transfer-encoding":
        case("%s: %s, with a body" % (name, value), MALFORMED, [(name, value)], whole(b"0\r\n\r\n" + SMUGGLED), method="POST")
case("te: trailers", PASSED, [("te", "trailers")], absent=["transfer-encoding"])
case("transfer-encoding with content-length", MALFORMED,
     [("transfer-encoding", "chunked"), ("content-length", "4")], whole(b"0\r\n\r"), method="POST")
case("http2-settings", PASSED, [("http2-settings", "AAMAAABkAAQAAP__")], absent=["http2-settings", "upgrade"])
case("name that becomes one with an underscore", PASSED, [("transfer_encoding", "chunked")], absent=["transfer-encoding"])

# Bodies

case("length that holds", PASSED, [("content-length", "5")], whole(b"he", b"llo"), method="POST", content=b"hello")
case("no length", PASSED, [], whole(b"he", b"llo"), method="POST", content=b"hello")
case("length of nothing", PASSED, [("content-length", "0")], method="POST", content=b"")
case("length of nothing, and an empty piece", PASSED, [("content-length", "0")], whole(b""), method="POST", content=b"")
case("an empty piece alone", PASSED, [], whole(b""), method="POST", content=b"")
case("body of a GET", PASSED, [], whole(b"hello"), content=b"hello")
case("body that looks like requests", PASSED, [], whole(SMUGGLED * 3), method="POST", content=SMUGGLED * 3)
case("body that looks like chunks", PASSED, [], whole(b"0\r\n\r\n" + SMUGGLED), method="POST", content=b"0\r\n\r\n" + SMUGGLED)
case("padding that looks like a request", PASSED, [], [
    lambda stream: wire.frame(wire.DATA, wire.PADDED | wire.END_STREAM, stream, bytes((len(SMUGGLED),)) + b"hello" + SMUGGLED)],
    method="POST", content=b"hello")
case("length that is too small", CUT, [("content-length", "4")], whole(b"hello"), method="POST")
case("length that is too large", CUT, [("content-length", "6")], whole(b"hello"), method="POST")
case("length without a body", MALFORMED, [("content-length", "5")], method="POST")
case("length of nothing with a body", EMPTY, [("content-length", "0")], whole(SMUGGLED), method="POST")
case("length that hides a request", CUT, [("content-length", "5")], whole(b"hello" + SMUGGLED), method="POST")
for text in (
        "+5", "-5", "0x5", "5 5", "5,5", "5;", "", "five", "5.0", "99999999999999999999", "18446744073709551621", "٥"):
    case("content-length: %s" % ascii(text), MALFORMED, [("content-length", text.encode())], whole(b"hello"), method="POST")
case("two lengths", REFUSED, [("content-length", "5"), ("content-length", "6")], whole(b"hello"), method="POST")
case("two lengths of one value", REFUSED + "|" + PASSED, [("content-length", "5")] * 2, whole(b"hello"), method="POST",
     content=b"hello")
case("length with noughts before it", PASSED + "|" + REFUSED, [("content-length", "0005")], whole(b"hello"), method="POST",
     content=b"hello")

# Trailers

case("trailers", PASSED, [], with_trailers(("x-sum", "1")), method="POST", content=b"hello", absent=["x-sum"])
for name, value in (
        (":path", "/"), (":status", "200"), ("X-Upper", "1"), ("x a", "1"), ("x:a", "1"), ("x-a", b"1\r\nx-b: 2"), ("x-a", b"\x00"),
        ("connection", "close"), ("transfer-encoding", "chunked"), ("", "1")):
    case("trailer %s: %r" % (name, value), CUT, [], with_trailers((name, value)), method="POST")
for name, value in (
        ("content-length", "5"), ("host", "others.test"), ("authorization", "Basic AAAA"), ("x-forwarded-for", "10.0.0.1"),
        ("content-type", "a/b"), ("cookie", "a=b"), ("expect", "100-continue"), ("trailer", "x-b")):
    case("trailer %s" % name, CUT + "|" + PASSED, [], with_trailers((name, value)), method="POST", content=b"hello",
         host=HOST, no_trailer=name)
case("trailers that do not end", CUT, [], with_trailers(("x-a", "1"), end_stream=False), method="POST")
case("length and trailers", PASSED, [("content-length", "5")], with_trailers(("x-sum", "1")), method="POST", content=b"hello")
case("length that trailers cut short", CUT, [("content-length", "6")], with_trailers(("x-sum", "1")), method="POST")

# What the proxy says itself, and what it puts together

case("cookies", PASSED, [("cookie", "a=b"), ("x-a", "1"), ("cookie", "c=d"), ("cookie", "e=f")],
     fields={"cookie": "a=b; c=d; e=f"})
case("cookie that is empty", PASSED, [("cookie", ""), ("cookie", "a=b")])
case("address of the client made up", PASSED, [("x-forwarded-for", "10.0.0.1"), ("x-real-ip", "10.0.0.1")],
     fields={"x-real-ip": "127.0.0.1", "x-forwarded-for": "127.0.0.1"})
case("scheme made up", PASSED, [("x-forwarded-proto", "https"), ("x-forwarded-ssl", "on")],
     fields={"x-forwarded-proto": "http"})
case("proxy", PASSED, [("proxy", "http://10.0.0.1/")], absent=["proxy"])
case("two authorizations", REFUSED, [("authorization", "Basic AAAA"), ("authorization", "Basic BBBB")])
case("expectation that nobody knows", REFUSED, [("expect", "200-ok")], whole(b"hello"), method="POST")

# CONNECT

case("CONNECT", REFUSED, block=head((":method", "CONNECT"), (":authority", "h2.test:80")), body=whole(SMUGGLED))
case("CONNECT with a path", REFUSED, method="CONNECT", body=whole(SMUGGLED))
case("CONNECT without an authority", REFUSED, block=head((":method", "CONNECT")))
case("CONNECT with a protocol that nobody knows", REFUSED, block=head(
    (":method", "CONNECT"), (":scheme", "http"), (":authority", HOST), (":path", "/"), (":protocol", "frob")),
    body=whole(SMUGGLED))
case("CONNECT with two protocols", MALFORMED, block=head(
    (":method", "CONNECT"), (":scheme", "http"), (":authority", HOST), (":path", "/"), (":protocol", "websocket"),
    (":protocol", "websocket")), body=whole(b""))
case("CONNECT with a protocol and no path", MALFORMED, block=head(
    (":method", "CONNECT"), (":scheme", "http"), (":authority", HOST), (":protocol", "websocket")), body=whole(b""))

# How the head is put into frames and tables

case("the same name in two forms", PASSED, block=wire.request(HOST) + b"\x10" + wire.string(b"x-a") + wire.string(b"1"),
     fields={"x-a": "1"})
case("fields of the static table", PASSED, block=b"\x82\x86\x84\x01" + wire.string(HOST.encode()), host=HOST)
case("a value by reference, with a fault", MALFORMED,
     block=wire.request(HOST) + wire.remembered("x-a", b"1\n2") + wire.indexed(62))
