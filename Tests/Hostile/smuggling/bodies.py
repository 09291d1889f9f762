"""Bodies that are longer or shorter than they say, and what waits behind them."""

from smuggling.case import SMUGGLED, Seen, Table, get, post, request

TABLE = Table()
refused, passed = TABLE.refused, TABLE.passed

TABLE.group = "0.CL"
# A backend that answers at once must not have the rest of the body taken for a request.
passed("a body that looks like a head and a half", post("Content-Length: %d" % (len(SMUGGLED) * 2), body=SMUGGLED * 2),
       method="POST", target="/a", body=SMUGGLED * 2)
passed("GET with a body, and another one with a body",
       get("Content-Length: %d" % len(SMUGGLED), body=SMUGGLED) * 2, *[Seen(target="/a", body=SMUGGLED)] * 2)
passed("a Windows device with a length", request("GET /con HTTP/1.1", "Content-Length: %d" % len(SMUGGLED), body=SMUGGLED),
       target="/con", body=SMUGGLED)
passed("a length behind a tab and zeros", post("Content-Length:\t007", body="GET /s "), method="POST", target="/a",
       body=b"GET /s ")
passed("nothing but line ends for a body", post("Content-Length: 4", body="\r\n\r\n"), method="POST", target="/a",
       body=b"\r\n\r\n")
passed("a line end too many behind a body", post("Content-Length: 5", body="hello\r\n") + get(),
       Seen("POST", "/a", b"hello"), Seen(target="/a"))
refused("text too much behind a body is no request", get("Content-Length: 0", "Connection: keep-alive")[:0]
        + b"hello\r\n\r\n" + SMUGGLED)

TABLE.group = "Expect"
passed("a body that did not wait", post("Expect: 100-continue", "Content-Length: 5", body="hello"), method="POST", target="/a",
       body=b"hello", absent=["expect"])
passed("chunks that did not wait", post("Expect: 100-continue", "Transfer-Encoding: chunked", body="1\r\na\r\n0\r\n\r\n"),
       method="POST", target="/a", body=b"a", absent=["expect"])
passed("in odd case", post("Expect: 100-ConTinue", "Content-Length: 5", body="hello"), method="POST", target="/a", body=b"hello")
passed("with nothing to send", get("Expect: 100-continue"), target="/a", absent=["expect"])
passed("with a length of zero", post("Expect: 100-continue", "Content-Length: 0"), method="POST", target="/a")
passed("twice", post("Expect: 100-continue", "Expect: 100-continue", "Content-Length: 5", body="hello"), method="POST",
       target="/a", body=b"hello", absent=["expect"])
for value in ("", "100-continue, x", "x", "y 100-continue", "100-continue;x", "100-continue=1", "100", "\"100-continue\"",
              "100-continue 100-continue", "200-ok"):
    refused("%r" % value, post("Expect: " + value, "Content-Length: 5", body="hello"), 417)
refused("one that is known and one that is not", post("Expect: 100-continue", "Expect: y", "Content-Length: 5", body="hello"), 417)
refused("in a fold", post("Expect:", " 100-continue", "Content-Length: 5", body="hello"))
refused("in a GET that hides a request", get("Expect: 100-continue", "Content-Length: %d" % len(SMUGGLED),
                                             "Content-Length: 0", body=SMUGGLED))
