"""Request lines, versions, line ends and octets of heads."""

from smuggling.case import SMUGGLED, Table, get, request

TABLE = Table()
refused, passed = TABLE.refused, TABLE.passed

TABLE.group = "request line"
for line in ("GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1",
             "GET / HTTP/1.1\t", "GET\x0b/ HTTP/1.1", "GET\x0c/ HTTP/1.1", "GET /a b HTTP/1.1", "GET", "GET /", "/ HTTP/1.1",
             "GET / HTTP/1.1 HTTP/1.1", "GET / http/1.1", "GET / HTTP/1.10", "GET / HTTP/1", "GET / HTTP/01.1", "GET / HTTP/1.1x",
             "GET / HTTP /1.1", "GET / HTTP/ 1.1", "GET / HTTP/1,1", "GET / HTTP/+1.1", "GET / HTTP/-1.1", "GET / HTTP/1.\xb9",
             "GET / XTTP/1.1", "GET / ICY/1.1", "GET / RTSP/1.0", "GET / HTTPS/1.1", "G(T / HTTP/1.1", "G\xc9T / HTTP/1.1",
             "GET: / HTTP/1.1", "\"GET\" / HTTP/1.1", "G\x00ET / HTTP/1.1", "GE\x7fT / HTTP/1.1", "\xef\xbb\xbfGET / HTTP/1.1",
             "GET / HTTP/1.1\x00", "GET / HTTP/1.1\x0b"):
    refused("%r" % line, request(line))
for version in ("2.0", "3.0", "0.9", "9.9", "0.0"):
    refused("version %s" % version, request("GET / HTTP/" + version), 505)
refused("a line of 9000 octets", request("GET /" + "a" * 9000 + " HTTP/1.1"), 414)
refused("a method of 9000 octets", request("A" * 9000 + " / HTTP/1.1"), 414)
passed("an unknown method", request("PROPFIND /a HTTP/1.1"), method="PROPFIND", target="/a")
passed("a method of lower case is another method", request("get /a HTTP/1.1"), method="get", target="/a")
passed("a method of odd token octets", request("!#$%&'*+-.^_`|~ /a HTTP/1.1"), method="!#$%&'*+-.^_`|~", target="/a")
passed("empty lines before it", b"\r\n\r\n" + get(), target="/a")
refused("many empty lines before it", b"\r\n" * 20 + get())
refused("a CR before it", b"\r" + get())
refused("NUL before it", b"\x00" + get())
refused("the preface of HTTP/2 as HTTP/1.1", request("PRI * HTTP/1.1", body="SM\r\n\r\n"))

TABLE.group = "old versions"
refused("HTTP/0.9", b"GET /\r\n")
refused("HTTP/0.9 and more behind it", b"GET /\r\n" + SMUGGLED)
refused("HTTP/0.9 with a bare LF", b"GET /\n" + SMUGGLED)
passed("HTTP/1.0", request("GET /a HTTP/1.0"), target="/a", closes=True)
passed("HTTP/1.0 that stays", request("GET /a HTTP/1.0", "Connection: keep-alive"), target="/a")
passed("HTTP/1.0 with a length", request("POST /a HTTP/1.0", "Content-Length: 5", body="hello"), method="POST", target="/a",
       body=b"hello", closes=True)
passed("HTTP/1.0 with a body of its own", request("POST /a HTTP/1.0"), method="POST", target="/a", closes=True)
refused("HTTP/1.0 with chunks", request("POST / HTTP/1.0", "Transfer-Encoding: chunked", body="0\r\n\r\n"))
refused("HTTP/1.0 with chunks and a length",
        request("POST / HTTP/1.0", "Transfer-Encoding: chunked", "Content-Length: 5", body="0\r\n\r\n"))
refused("HTTP/1.0 with chunks that stays",
        request("POST / HTTP/1.0", "Connection: keep-alive", "Transfer-Encoding: chunked", body="0\r\n\r\n"))
refused("HTTP/1.0 with another coding", request("POST / HTTP/1.0", "Transfer-Encoding: gzip", body="x"))
passed("HTTP/1.0 with Upgrade", request("GET /a HTTP/1.0", "Connection: upgrade", "Upgrade: websocket"), target="/a",
       absent=["upgrade", "connection"], closes=True)
passed("HTTP/1.0 with Expect", request("POST /a HTTP/1.0", "Expect: 100-continue", "Content-Length: 2", body="ab"),
       method="POST", target="/a", body=b"ab", absent=["expect"], closes=True)

TABLE.group = "line ends"
passed("bare LF at every line", get("X: 1").replace(b"\r\n", b"\n"), target="/a", fields={"x": "1"})
passed("bare LF behind the request line", get().replace(b"1.1\r\n", b"1.1\n"), target="/a")
passed("bare LF behind a field", get("X: 1", "Y: 2").replace(b"X: 1\r\n", b"X: 1\n"), target="/a", fields={"x": "1", "y": "2"})
passed("bare LF as the empty line", get("X: 1")[:-2] + b"\n", target="/a", fields={"x": "1"})
passed("LF LF and a body", request("POST /a HTTP/1.1", "Content-Length: 5")[:-4] + b"\n\nhello", method="POST", target="/a",
       body=b"hello")
refused("bare CR behind the request line", get().replace(b"1.1\r\n", b"1.1\r"))
refused("bare CR at every line", get().replace(b"\r\n", b"\r") + SMUGGLED)
refused("bare CR in a value", get("X: 1\rY: 2"))
refused("bare CR at the end of a value", get("X: 1\r"))
refused("bare CR before a name", get("X: 1", "\rY: 2"))
refused("bare CR in a name", get("X\rY: 2"))
refused("CR CR LF", get("X: 1").replace(b"X: 1\r\n", b"X: 1\r\r\n"))
refused("CR CR LF as the empty line", get("X: 1")[:-2] + b"\r\r\n")
refused("LF CR as the empty line", get("X: 1")[:-4] + b"\n\r" + b"Content-Length: 5\r\n\r\n")
refused("CR NUL LF", get("X: 1").replace(b"X: 1\r\n", b"X: 1\r\0\n"))
refused("CR SP LF", get("X: 1").replace(b"X: 1\r\n", b"X: 1\r \n"))
refused("a value with a request behind a CR", get("X: 1\r\r" + SMUGGLED.decode()[:-4]))
passed("U+010D and U+010A are octets like others", get("X: \xc4\x8d\xc4\x8a"), target="/a", fields={"x": b"\xc4\x8d\xc4\x8a"})
refused("U+0085 as the end of a line is none", get("X: 1\x85Y: 2").replace(b"\x85", b"\x0b"))
passed("NEL is an octet like others", get("X: 1\x85Y: 2"), target="/a", fields={"x": b"1\x85Y: 2"}, absent=["y"])

TABLE.group = "folds"
refused("a fold", get("X: 1", " 2"))
refused("a fold with a tab", get("X: 1", "\t2"))
refused("a fold that is a length", request("POST /a HTTP/1.1", "X: y", " Content-Length: 5", body="hello"))
refused("a fold that is a coding", request("POST /a HTTP/1.1", "X: y", "\tTransfer-Encoding: chunked", body="0\r\n\r\n"))
refused("a length in a fold", request("POST /a HTTP/1.1", "Content-Length:", " 5", body="hello"))
refused("a coding in a fold", request("POST /a HTTP/1.1", "Transfer-Encoding:", " chunked", body="0\r\n\r\n"))
refused("a coding with an empty fold", request("POST /a HTTP/1.1", "Transfer-Encoding: chunked", " ", body="0\r\n\r\n"))
refused("a fold as the first field", request("GET /a HTTP/1.1", " Host: other.test"))
refused("white space before Host", b"GET /a HTTP/1.1\r\n Host: h.test\r\n\r\n")
refused("a fold behind Host", request("GET /a HTTP/1.1", " .evil.test"))
refused("a line of white space alone", get("X: 1", " ", "Y: 2"))

TABLE.group = "octets"
for octet in [number for number in range(0x20) if number not in (9, 10, 13)] + [0x7F]:
    refused("octet %02x in a value" % octet, get("X: a" + chr(octet) + "b"))
for octet in (0x00, 0x01, 0x08, 0x0B, 0x1F, 0x7F):
    refused("octet %02x in the target" % octet, request("GET /a" + chr(octet) + "b HTTP/1.1"))
refused("NUL in Host", request("GET /a HTTP/1.1", host="h.test\x00.evil.test"))
refused("NUL in a coding", request("POST /a HTTP/1.1", "Transfer-Encoding: chun\0ked", body="0\r\n\r\n"))
passed("tabs in a value", get("X: a\tb"), target="/a", fields={"x": "a\tb"})
passed("tabs about a value", get("X:\t a \t"), target="/a", fields={"x": "a"})
passed("an empty value", get("X:"), target="/a", fields={"x": ""})
passed("octets above 127 in a value", get("X: \xff\xfe"), target="/a", fields={"x": b"\xff\xfe"})

TABLE.group = "sizes"
refused("201 fields", get(*("X-%d: 1" % number for number in range(200))), 431)
refused("a field of 9000 octets", get("X: " + "a" * 9000), 431)
refused("a name of 9000 octets", get("a" * 9000 + ": 1"), 431)
refused("a head of 40000 octets", get(*("X-%d: %s" % (number, "a" * 5000) for number in range(8))), 431)
passed("a head of 30000 octets", get(*("X-%d: %s" % (number, "a" * 5000) for number in range(6))), target="/a")
