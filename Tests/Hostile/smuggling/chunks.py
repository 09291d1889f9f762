"""Chunks, their sizes and extensions in every odd spelling, and trailers."""

from smuggling.case import SMUGGLED, Table, chunk, post

TABLE = Table()
cut, passed = TABLE.cut, TABLE.passed


def chunked(body):
    return post("Transfer-Encoding: chunked", body=body)


TABLE.group = "chunk sizes"
for size in ("0x5", "0X5", "+5", "-5", " 5", "5 ", "5\t", "\t5", "5\x0b", "5\x00", "\x005", "5_0", "_5", "5h", "5,", "5.", "'5'",
             "\"5\"", "(5)", "5 ;a", "5\xa0", "\xd9\xa5", "\xef\xbc\x95", "five", "", "#5", "5-", "5+", "5:", "5=",
             "10000000000000005", "ffffffffffffffff", "8000000000000000", "fffffffffffffffb", "100000000000000000005",
             "00000000000000005"):
    cut("%r" % size, chunked(size + "\r\nhello\r\n0\r\n\r\n"))
for size in ("5", "05", "0005", "0000000000000005"):
    passed("%r" % size, chunked(size + "\r\nhello\r\n0\r\n\r\n"), method="POST", target="/a", body=b"hello")
passed("upper and lower case", chunked("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n"), method="POST", target="/a",
       body=b"01234567890123456789")
passed("many zeros end it", chunked("5\r\nhello\r\n0000\r\n\r\n"), method="POST", target="/a", body=b"hello")
passed("nothing but the end", chunked("0\r\n\r\n"), method="POST", target="/a")
passed("a request in a chunk", chunked(chunk(SMUGGLED)), method="POST", target="/a",
       body=SMUGGLED)
passed("the end of a body in a chunk", chunked(chunk(b"0\r\n\r\n" + SMUGGLED)),
       method="POST", target="/a", body=b"0\r\n\r\n" + SMUGGLED)

TABLE.group = "chunk lines"
cut("LF behind the size", chunked("5\nhello\r\n0\r\n\r\n"))
cut("CR behind the size", chunked("5\rhello\r\n0\r\n\r\n"))
cut("CR CR LF behind the size", chunked("5\r\r\nhello\r\n0\r\n\r\n"))
cut("LF CR behind the size", chunked("5\n\rhello\r\n0\r\n\r\n"))
cut("LF behind the data", chunked("5\r\nhello\n0\r\n\r\n"))
cut("CR behind the data", chunked("5\r\nhello\r0\r\n\r\n"))
cut("nothing behind the data", chunked("5\r\nhello0\r\n\r\n"))
cut("two octets that are no line end behind the data", chunked("5\r\nhelloXX0\r\n\r\n"))
cut("a line end too many behind the data", chunked("5\r\nhello\r\n\r\n0\r\n\r\n"))
cut("more data than said", chunked("5\r\nhello!\r\n0\r\n\r\n"))
cut("less data than said", chunked("6\r\nhello\r\n0\r\n\r\n"))
cut("LF behind the last size", chunked("5\r\nhello\r\n0\n\r\n"))
cut("CR behind the last size", chunked("5\r\nhello\r\n0\r\r\n"))
cut("LF as the empty line", chunked(b"5\r\nhello\r\n0\r\n\n" + SMUGGLED))
cut("CR as the empty line", chunked("5\r\nhello\r\n0\r\n\rX\r\n"))
cut("CR X as the empty line", chunked(b"5\r\nhello\r\n0\r\n\rX" + SMUGGLED))
cut("an empty first line", chunked("\r\n5\r\nhello\r\n0\r\n\r\n"))
cut("no chunk at all", chunked(SMUGGLED))

TABLE.group = "chunk extensions"
for extension in (";", ";a", ";a=b", ";a=\"b\"", ";a=\"b;c\"", "; a = b", ";a;b;c", ";" + "x" * 4000, ";\xff", ";a=\"", ";;;;",
                  ";0\t", ";a=\\", ";5"):
    passed("%r" % extension[:20], chunked("5" + extension + "\r\nhello\r\n0" + extension[:9] + "\r\n\r\n"), method="POST",
           target="/a", body=b"hello")
for extension in (";\n", ";a\nb", ";a\rb", ";\r", ";a=\"\n\"", ";a=\"\r\n\"\nb", ";\x00", ";\x0b", ";\x7f", ";\x01", ";" + "x" * 5000,
                  ";a\r\rb", " ", " a", "\t;a"):
    cut("%r" % extension[:20], chunked("5" + extension + "\r\nhello\r\n0\r\n\r\n"))
# "Funky chunks": a size line that one reader ends at its LF, and the other at its CR LF.
cut("a bare LF in an extension that hides a size", chunked(b"5;\n0\r\n\r\nhello\r\n0\r\n\r\n" + SMUGGLED))
cut("a bare LF behind data that hides a size", chunked(b"2\r\nab\n" + chunk(SMUGGLED)))
cut("extensions of many chunks that are too much together",
    chunked(("1;" + "x" * 1000 + "\r\na\r\n") * 5 + "0\r\n\r\n"))

TABLE.group = "trailers"
passed("that may pass", chunked("1\r\na\r\n0\r\nX-Sum: 5\r\nETag: \"a\"\r\n\r\n"), method="POST", target="/a", body=b"a",
       trailers=[("x-sum", "5"), ("etag", "\"a\"")])
for field in ("Content-Length: 5", "Transfer-Encoding: chunked", "Host: other.test", "Authorization: Basic eDp5", "Cookie: a=b",
              "X-Forwarded-For: 1.1.1.1", "X-Real-IP: 1.1.1.1", "Forwarded: for=1.1.1.1", "Connection: close", "Upgrade: h2c",
              "Expect: 100-continue", "X_Y: 1", "Proxy: x", "TE: trailers", "Trailer: X", "Content-Type: x",
              "Range: bytes=0-1", "Max-Forwards: 1", "If-Match: x", "X-Original-URI: /x", "Keep-Alive: 5"):
    passed("that may not: %s" % field.split(":")[0], chunked("1\r\na\r\n0\r\n%s\r\n\r\n" % field), method="POST", target="/a",
           body=b"a", trailers=[])
for lines in ("Content-Length : 1\r\n", "X: a\x00b\r\n", "X: 1\n", "X: 1\r", " X: 1\r\n", "X\r\n", ": 1\r\n", "X: 1\r\n Y: 2\r\n",
              "X(: 1\r\n", "X: a\rb\r\n", "\tX: 1\r\n", "GET /smuggled HTTP/1.1\r\n", "X\x00: 1\r\n", "X: 1\r\r\n", "\nX: 1\r\n",
              "X: " + "a" * 9000 + "\r\n", "".join("X-%d: 1\r\n" % number for number in range(65))):
    cut("%r" % lines[:24], chunked("1\r\na\r\n0\r\n" + lines + "\r\n"))
