"""Status lines, fields, and interim answers."""

from responses.case import POISON, Table, head, hello

TABLE = Table()
bad, good = TABLE.bad, TABLE.good

TABLE.group = "status line"
for line in ("HTTP/1.1  200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 OK", "HTTP/1.1 000 OK", "HTTP/1.1 200OK",
             "HTTP/1.1 -20 OK", "HTTP/1.1 +20 OK", "HTTP/1.1 2x0 OK", "HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK", " HTTP/1.1 200 OK",
             "http/1.1 200 OK", "HTTP/2.0 200 OK", "HTTP/2 200", "HTTP/0.9 200 OK", "HTTP/3.0 200 OK", "HTTP/1 200 OK", "ICY 200 OK",
             "200 OK", "OK", "SSH-2.0-OpenSSH_9.2", "220 mail.test ESMTP", "HTTP/1.1 200 O\x00K", "HTTP/1.1 200 O\rK",
             "HTTP/1.1 200 O\x0bK", "HTTP/1.1 200 OK\r", "\r\nHTTP/1.1 200 OK", "\x00HTTP/1.1 200 OK", "HTTP/1.1 \xb2\xb0\xb0 OK",
             "HTTP/1.1 200 " + "a" * 9000, "<html>", "{\"status\": 200}", "\x16\x03\x03\x00\x7a", "HTTP/1.1"):
    bad("%r" % line[:24], hello(status=line))
for line in ("HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.1 200 \xe4\xf6", "HTTP/1.1 200 A\tB"):
    good("%r" % line, hello(status=line), b"hello")
good("bare LF at every line", hello("X: 1").replace(b"\r\n", b"\n"), b"hello", fields={"x": "1"})
good("a status of one's own", hello(status="HTTP/1.1 299 Mine"), b"hello", status=299)
good("a status beyond the classes", hello(status="HTTP/1.1 799 Mine"), b"hello", status=799)
bad("nothing but garbage", bytes(range(256)) * 40)
bad("a line without an end", b"HTTP/1.1 200 " + b"a" * 70000)

TABLE.group = "fields"
for field in ("X: a\x00b", "X: a\rb", "X: a\r", "X: a\x01b", "X: a\x0bb", "X: a\x7fb", "X: 1\r\n folded", "X: 1\r\n\tfolded", "X",
              "no colon here", ": empty", "X(: 1", "X Y: 1", "X\x00: 1", "X\xa0: 1", "X\r: 1", " X: 1", "Set-Cookie: a=b\rX: 1",
              "Location: /\rSet-Cookie: a=b", "X: " + "a" * 33000, "a" * 33000 + ": 1", "\x00", "X\x7f: 1", "{}: 1"):
    bad("%r" % field[:24], hello(field))
bad("401 fields", hello(*("X-%d: 1" % number for number in range(401))))
bad("a head of 80 KiB", hello(*("X-%d: %s" % (number, "a" * 8000) for number in range(10))))
good("white space before a colon", hello("X : 1"), b"hello", fields={"x": "1"})
good("fields of one hop", hello("Keep-Alive: timeout=5", "Proxy-Connection: x", "Upgrade: h2c", "Connection: x-a", "X-A: 1",
                                "X-B: 2"), b"hello", fields={"x-b": "2"}, absent=["x-a", "keep-alive", "proxy-connection", "upgrade"])
good("Connection names what it may not", hello("Connection: set-cookie, content-length, location", "Set-Cookie: a=b"), b"hello",
     fields={"set-cookie": "a=b", "content-length": "5"})
bad("a hundred options of Connection", hello("Connection: " + ", ".join("x%d" % number for number in range(100))))
good("octets above 127 in a value", hello("X: \xff\xfe"), b"hello", fields={"x": b"\xff\xfe"})
good("the proxy's own fields", hello("Server: x", "Date: Sun, 06 Nov 1994 08:49:37 GMT"), b"hello")

TABLE.group = "interim answers"
good("one", b"HTTP/1.1 100 Continue\r\n\r\n" + hello(), b"hello")
good("sixteen", b"HTTP/1.1 102 Processing\r\n\r\n" * 16 + hello(), b"hello")
bad("seventeen", b"HTTP/1.1 102 Processing\r\n\r\n" * 17 + hello())
bad("without an end", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 5000)
bad("in pieces without an end", [b"HTTP/1.1 100 Continue\r\n\r\n"] * 40)
bad("with a body", b"HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\nhello" + hello())
bad("with chunks", b"HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hello())
bad("with NUL", b"HTTP/1.1 103 Early Hints\r\nLink: a\x00b\r\n\r\n" + hello())
bad("with CR", b"HTTP/1.1 103 Early Hints\r\nLink: a\rb\r\n\r\n" + hello())
bad("and then nothing", b"HTTP/1.1 100 Continue\r\n\r\n", "closes")
bad("and then garbage", b"HTTP/1.1 100 Continue\r\n\r\ngarbage\r\n\r\n")
bad("101 that nobody asked for", b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n" + POISON)
bad("101 to nothing", b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + POISON)
WEBSOCKET = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==")
for line in ("Upgrade: h2c", "Upgrade: websocket, h2c", "Upgrade: x", "Upgrade:", "X: 1", "Upgrade: websocket\r\nUpgrade: h2c"):
    bad("101 to another protocol: %r" % line,
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n" + line.encode() + b"\r\n\r\n" + POISON, request=WEBSOCKET)
bad("101 without Connection", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n" + POISON, request=WEBSOCKET)
good("no 101 where it was asked for", hello(), b"hello", request=WEBSOCKET)
