"""Lengths, codings and chunks of answers."""

from responses.case import POISON, Table, head, hello

TABLE = Table()
bad, cut, good = TABLE.bad, TABLE.cut, TABLE.good

TABLE.group = "double framing"
bad("a length and chunks", head("Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n" + POISON)
bad("chunks and a length", head("Transfer-Encoding: chunked", "Content-Length: 5") + b"0\r\n\r\n" + POISON)
good("the same length twice", head("Content-Length: 5", "Content-Length: 5") + b"hello", b"hello", fields={"content-length": "5"})
bad("two lengths", head("Content-Length: 5", "Content-Length: 60") + b"hello" + POISON)
bad("two lengths, of which one is none", head("Content-Length: 5", "Content-Length:") + b"hello" + POISON)
for value in ("", "5, 5", "5,5", "+5", "-5", "0x5", "5 0", "5.0", "five", "5;", "\"5\"", "18446744073709551621", "9223372036854775808",
              "\xd9\xa5", "5a"):
    bad("Content-Length: %r" % value, head("Content-Length: " + value) + b"hello")
for value in ("", "xchunked", "chunked, chunked", "gzip, chunked", "chunked, gzip", "identity", "gzip", "chunked;x", "\"chunked\"",
              "chunked,", ",chunked", "chunked, identity", "\x0bchunked"):
    bad("Transfer-Encoding: %r" % value, head("Transfer-Encoding: " + value) + b"5\r\nhello\r\n0\r\n\r\n")
bad("chunked twice", head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + b"0\r\n\r\n")
bad("chunks in HTTP/1.0", head("Transfer-Encoding: chunked", status="HTTP/1.0 200 OK") + b"0\r\n\r\n")
good("leading zeros", head("Content-Length: 0005") + b"hello", b"hello", fields={"content-length": "5"})
good("chunked in odd case", head("Transfer-Encoding: CHUNKED") + b"5\r\nhello\r\n0\r\n\r\n", b"hello")

TABLE.group = "chunks"
for size in ("0x5", "+5", "-5", " 5", "5 ", "5\t", "5_", "", "g", "10000000000000005", "ffffffffffffffff", "5\x00", "5,"):
    cut("size %r" % size, head("Transfer-Encoding: chunked") + size.encode() + b"\r\nhello\r\n0\r\n\r\n")
cut("LF behind the size", head("Transfer-Encoding: chunked") + b"5\nhello\r\n0\r\n\r\n")
cut("CR behind the size", head("Transfer-Encoding: chunked") + b"5\rhello\r\n0\r\n\r\n")
cut("LF behind the data", head("Transfer-Encoding: chunked") + b"5\r\nhello\n0\r\n\r\n")
cut("too much data", head("Transfer-Encoding: chunked") + b"5\r\nhello!\r\n0\r\n\r\n")
cut("LF as the empty line", head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\n" + POISON)
cut("CR X as the empty line", head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\rX" + POISON)
cut("LF in an extension", head("Transfer-Encoding: chunked") + b"5;a\nb\r\nhello\r\n0\r\n\r\n")
cut("CR in an extension", head("Transfer-Encoding: chunked") + b"5;a\rb\r\nhello\r\n0\r\n\r\n")
cut("an extension of 5000 octets", head("Transfer-Encoding: chunked") + b"5;" + b"x" * 5000 + b"\r\nhello\r\n0\r\n\r\n")
cut("an answer in place of chunks", head("Transfer-Encoding: chunked") + POISON)
cut("NUL in a trailer", head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\nX: a\x00b\r\n\r\n")
cut("a fold in a trailer", head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\nX: a\r\n b\r\n\r\n")
cut("a trailer of 9000 octets", head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\nX: " + b"a" * 9000 + b"\r\n\r\n")
good("extensions", head("Transfer-Encoding: chunked") + b"5;a=b\r\nhello\r\n0;c\r\n\r\n", b"hello")
good("trailers of which none may pass", head("Transfer-Encoding: chunked")
     + b"5\r\nhello\r\n0\r\nContent-Length: 9\r\nSet-Cookie: a=b\r\nTransfer-Encoding: x\r\n\r\n", b"hello", absent=["set-cookie"])

TABLE.group = "bodies where none are"
for status in ("204 No Content", "304 Not Modified"):
    number = int(status[:3])
    good("%d with a length and a body" % number, hello(status="HTTP/1.1 " + status), status=number)
    good("%d with chunks" % number, head("Transfer-Encoding: chunked", status="HTTP/1.1 " + status) + b"5\r\nhello\r\n0\r\n\r\n",
         status=number)
    good("%d with an answer behind it" % number, head(status="HTTP/1.1 " + status) + POISON, status=number)
good("HEAD with a body", hello(), method="HEAD", fields={"content-length": "5"})
good("HEAD with chunks", head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n", method="HEAD")
good("HEAD with an answer behind it", head("Content-Length: 5") + POISON, method="HEAD")
good("304 with a length", head("Content-Length: 5", status="HTTP/1.1 304 Not Modified"), status=304)
good("a length of zero and a body", head("Content-Length: 0") + b"hello")
