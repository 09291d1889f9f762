"""Answers that break off, go on too long, or come with another one behind them."""

from responses.case import POISON, Table, head, hello

TABLE = Table()
bad, cut, good = TABLE.bad, TABLE.cut, TABLE.good

TABLE.group = "surplus"
good("octets", hello() + b"XXX", b"hello")
good("an answer at once", hello() + POISON, b"hello")
good("an answer a moment later", [hello(), POISON], b"hello")
good("an answer behind chunks", head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n" + POISON, b"hello")
good("an answer behind chunks a moment later", [head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n", POISON], b"hello")
good("ten answers", hello() + POISON * 10, b"hello")
good("a line end", hello() + b"\r\n", b"hello")
good("a NUL", hello() + b"\x00", b"hello")
good("a megabyte", hello() + b"x" * (1 << 20), b"hello")
good("an interim answer", hello() + b"HTTP/1.1 100 Continue\r\n\r\n", b"hello")
good("a 408 and the end", hello() + b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", b"hello",
     ends="closes")
good("the end", hello(), b"hello", ends="closes")
good("a reset a moment later", [hello(), b""], b"hello", ends="resets")

TABLE.group = "breaks"
for ends in ("closes", "resets"):
    bad("before an octet, %s" % ends, b"", ends)
    bad("in the status line, %s" % ends, b"HTTP/1.1 20", ends)
    bad("in a field, %s" % ends, b"HTTP/1.1 200 OK\r\nX: ", ends)
    bad("before the empty line, %s" % ends, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", ends)
    cut("behind the head, %s" % ends, [head("Content-Length: 5"), b""], ends)
    cut("in a body with a length, %s" % ends, [head("Content-Length: 50") + b"hello", b""], ends)
    cut("behind a head with chunks, %s" % ends, [head("Transfer-Encoding: chunked"), b""], ends)
    cut("in the size of a chunk, %s" % ends, [head("Transfer-Encoding: chunked") + b"5", b""], ends)
    cut("in a chunk, %s" % ends, [head("Transfer-Encoding: chunked") + b"50\r\nhello", b""], ends)
    cut("behind a chunk, %s" % ends, [head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n", b""], ends)
    cut("in the last chunk, %s" % ends, [head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0", b""], ends)
    cut("before the last line end, %s" % ends, [head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n", b""], ends)
    cut("in a trailer, %s" % ends, [head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\nX: 1\r\n", b""], ends)
cut("in a body without a length, resets", [head() + b"hello", b""], "resets")
good("a body up to the end", head() + b"hello", b"hello", ends="closes")
good("a body up to the end, of HTTP/1.0", head(status="HTTP/1.0 200 OK") + b"hello", b"hello", ends="closes")
