"""Fields: names, lengths, codings, doubled ones, and those that speak of the connection."""

from smuggling.case import SMUGGLED, Seen, Table, chunk, get, post, request

TABLE = Table()
refused, passed = TABLE.refused, TABLE.passed

TABLE.group = "names"
for name in ("X ", "X\t", "X\x0b", " X", "X(", "X)", "X[", "X\"", "X,", "X;", "X/", "X=", "X@", "X\\", "X{", "X\x00", "X\x7f",
             "X\xa0", "X\xe9", ""):
    refused("name %r" % name, get(name + ": 1"))
refused("no colon", get("X"))
refused("no colon but a value", get("Content-Length 5"))
refused("a request for a field", get("GET /smuggled HTTP/1.1"))
refused("space before the colon of a length", post("Content-Length : 5", body="hello"))
refused("tab before the colon of a length", post("Content-Length\t: 5", body="hello"))
refused("space before the colon of a coding", post("Transfer-Encoding : chunked", body="0\r\n\r\n"))
refused("NUL behind a coding's name", post("Transfer-Encoding\x00: chunked", body="0\r\n\r\n"))
refused("no-break space in a coding's name", post("Transfer\xa0Encoding: chunked", body="0\r\n\r\n"))
refused("BOM before a coding's name", post("\xef\xbb\xbfTransfer-Encoding: chunked", body="0\r\n\r\n"))

TABLE.group = "underscores"
passed("Content_Length is no length", post("Content_Length: 5", "Content-Length: 3", body="abc"), method="POST", target="/a",
       body=b"abc", absent=["content_length"])
passed("Transfer_Encoding is no coding", post("Transfer_Encoding: chunked", "Content-Length: 3", body="abc"), method="POST",
       target="/a", body=b"abc", absent=["transfer_encoding", "transfer-encoding"])
passed("Content_Length alone", request("GET /a HTTP/1.1", "Content_Length: 40"), target="/a", absent=["content_length"])
passed("X_Forwarded_For", get("X_Forwarded_For: 10.0.0.1"), target="/a", absent=["x_forwarded_for"])
passed("X_Real-IP", get("X_Real-IP: 10.0.0.1"), target="/a", absent=["x_real-ip"], fields={"x-real-ip": "127.0.0.1"})
passed("Remote_User", get("Remote_User: root"), target="/a", absent=["remote_user"])
passed("H_ost is no Host", get("H_ost: other.test"), target="/a", absent=["h_ost"])
passed("dots for hyphens", post("Content.Length: 5", "Content-Length: 3", body="abc"), method="POST", target="/a", body=b"abc")
passed("no hyphen at all", post("ContentLength: 5", "Content-Length: 3", body="abc"), method="POST", target="/a", body=b"abc")

TABLE.group = "Content-Length"
for value in ("", "+5", "-5", "0x5", "5 0", "5,5", "5, 5", "5,", ",5", "5;", "5.0", "5e0", "\"5\"", "'5'", "5a", "a5", "\x0b5",
              "\xa05", "5\xa0", "\xd9\xa5", "\xef\xbc\x95", "5\x00", "5 ;x", "0b101", "0o5", "5_0", "(5)", "-0",
              "9223372036854775808", "18446744073709551621", "99999999999999999999999999"):
    refused("%r" % value, post("Content-Length: " + value, body="hello"))
passed("leading zeros", post("Content-Length: 0000005", body="hello"), method="POST", target="/a", body=b"hello",
       fields={"content-length": "5"})
passed("tabs about it", post("Content-Length:\t5\t", body="hello"), method="POST", target="/a", body=b"hello",
       fields={"content-length": "5"})
passed("no space before it", post("Content-Length:5", body="hello"), method="POST", target="/a", body=b"hello")
passed("odd case", post("cOnTeNt-LeNgTh: 5", body="hello"), method="POST", target="/a", body=b"hello")
refused("twice the same", post("Content-Length: 5", "Content-Length: 5", body="hello"))
refused("two different ones", post("Content-Length: 5", "Content-Length: 6", body="hello!"))
refused("0 and 41", post("Content-Length: 0", "Content-Length: %d" % len(SMUGGLED), body=SMUGGLED))
refused("in two cases", post("Content-Length: 5", "content-length: 41", body="hello"))
refused("one of them empty", post("Content-Length: 5", "Content-Length:", body="hello"))
refused("far beyond the body's limit", post("Content-Length: 9223372036854775807", body="hello"), 413)

TABLE.group = "Transfer-Encoding"
for value in ("", "xchunked", "chunkedx", "chunked, identity", "chunked,", ",chunked,", "\"chunked\"", "'chunked'", "identity",
              "gzip", "chunked;q=1", "chunked ;", "\x0bchunked", "chunked\x0b", "\xa0chunked", "chunked\xa0", "chunked\x00",
              "chunked, chunked", "chunked chunked", "chunked, gzip", "chunked; chunked", "x", "chunk", "chunked/1.1",
              "\xc5\xbfchunked", "c\xc4\xa5unked", "chunKed", "=?utf-8?b?Y2h1bmtlZA==?=", "chunked\\", "{chunked}"):
    # U+212A would be a k for those who fold as Unicode does; as Latin-1 it is no chunked at all.
    if value == "chunKed":
        value = b"chun\xe2\x84\xaaed".decode("latin-1")
    refused("%r" % value, post("Transfer-Encoding: " + value, body="0\r\n\r\n"))
for value in ("gzip, chunked", "identity, chunked", "deflate,chunked", "x, y, chunked"):
    refused("%r" % value, post("Transfer-Encoding: " + value, body="0\r\n\r\n"), 501)
passed("odd case", post("tRANSFER-eNCODING: cHuNkEd", body="3\r\nabc\r\n0\r\n\r\n"), method="POST", target="/a", body=b"abc")
passed("tabs about it", post("Transfer-Encoding:\tchunked\t", body="3\r\nabc\r\n0\r\n\r\n"), method="POST", target="/a",
       body=b"abc", fields={"transfer-encoding": "chunked"}, absent=["content-length"])
refused("twice", post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body="0\r\n\r\n"))
refused("chunked, then identity", post("Transfer-Encoding: chunked", "Transfer-Encoding: identity", body="0\r\n\r\n"))
refused("identity, then chunked", post("Transfer-Encoding: identity", "Transfer-Encoding: chunked", body="0\r\n\r\n"))
refused("chunked, then nothing", post("Transfer-Encoding: chunked", "Transfer-Encoding:", body="0\r\n\r\n"))
refused("x, then chunked", post("Transfer-Encoding: x", "transfer-encoding: chunked", body="0\r\n\r\n"))

TABLE.group = "CL.TE and TE.CL"
refused("CL.TE", post("Content-Length: 6", "Transfer-Encoding: chunked", body="0\r\n\r\nG"))
refused("CL.TE with a request", post("Content-Length: %d" % (5 + len(SMUGGLED)), "Transfer-Encoding: chunked",
                                     body=b"0\r\n\r\n" + SMUGGLED))
refused("TE.CL", post("Transfer-Encoding: chunked", "Content-Length: 4", body=chunk(SMUGGLED)))
refused("TE.CL of zero", post("Transfer-Encoding: chunked", "Content-Length: 0", body=b"0\r\n\r\n"))
refused("both, and both right", post("Content-Length: 5", "Transfer-Encoding: chunked", body="0\r\n\r\n"))
refused("both in a GET", get("Content-Length: 5", "Transfer-Encoding: chunked", body="0\r\n\r\n"))
refused("a coding that is none, and a length", post("Transfer-Encoding: identity", "Content-Length: 5", body="hello"))
refused("a length that Connection names", post("Connection: content-length", "Content-Length: 5",
                                               "Transfer-Encoding: chunked", body="0\r\n\r\n"))
refused("a coding that Connection names", post("Connection: transfer-encoding", "Content-Length: 5",
                                               "Transfer-Encoding: chunked", body="0\r\n\r\n"))

TABLE.group = "TE.0"
passed("OPTIONS with chunks", request("OPTIONS /a HTTP/1.1", "Transfer-Encoding: chunked",
                                      body=chunk(SMUGGLED)),
       method="OPTIONS", target="/a", body=SMUGGLED)
passed("GET with chunks", get("Transfer-Encoding: chunked", body=chunk(SMUGGLED)), target="/a",
       body=SMUGGLED)
passed("HEAD with chunks", request("HEAD /a HTTP/1.1", "Transfer-Encoding: chunked",
                                   body=chunk(SMUGGLED)), method="HEAD", target="/a", body=SMUGGLED)
passed("a method of its own with chunks", request("XYZ /a HTTP/1.1", "Transfer-Encoding: chunked",
                                                  body=chunk(SMUGGLED)),
       method="XYZ", target="/a", body=SMUGGLED)

TABLE.group = "CL.0"
for method in ("GET", "HEAD", "OPTIONS", "DELETE", "POST", "PUT", "PATCH", "XYZ"):
    passed("%s with a request for a body" % method,
           request(method + " /a HTTP/1.1", "Content-Length: %d" % len(SMUGGLED), body=SMUGGLED), method=method, target="/a",
           body=SMUGGLED)
passed("a length of zero and a request behind it", get("Content-Length: 0") + SMUGGLED.replace(b"smuggled", b"honest"),
       Seen(target="/a"), Seen(target="/honest"))

TABLE.group = "Connection"
refused("a hundred options", get("Connection: " + ", ".join("x%d" % number for number in range(100))))
passed("names fields that may go", get("Connection: x-a", "X-A: 1", "X-B: 2"), target="/a", absent=["x-a"], fields={"x-b": "2"})
passed("names fields that may not", get("Connection: host, x-forwarded-for, x-real-ip, x-forwarded-proto, cookie, authorization",
                                        "Cookie: a=b", "Authorization: Basic eDp5"),
       target="/a", fields={"cookie": "a=b", "authorization": "Basic eDp5", "x-real-ip": "127.0.0.1",
                            "x-forwarded-for": "127.0.0.1"})
passed("names the length", post("Connection: content-length", "Content-Length: 5", body="hello"), method="POST", target="/a",
       body=b"hello")
passed("names the coding", post("Connection: transfer-encoding", "Transfer-Encoding: chunked", body="1\r\na\r\n0\r\n\r\n"),
       method="POST", target="/a", body=b"a")
passed("close among others", get("Connection: x, CLOSE"), target="/a", closes=True)
passed("close in a second line", get("Connection: keep-alive", "Connection: close"), target="/a", closes=True)
passed("fields of one hop", get("Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "TE: trailers", "Trailer: X",
                                "Proxy-Authorization: Basic eDp5", "Proxy: http://evil.test"),
       target="/a", absent=["keep-alive", "proxy-connection", "te", "trailer", "proxy-authorization", "proxy", "connection"])

TABLE.group = "doubled fields"
refused("two Authorization fields", get("Authorization: Basic eDp5", "Authorization: Basic eDp6"))
passed("two of an unknown name", get("X: 1", "X: 2"), target="/a", fields={"x": ["1", "2"]})
passed("two Cookie fields", get("Cookie: a=1", "Cookie: b=2"), target="/a", fields={"cookie": ["a=1", "b=2"]})
passed("X-Forwarded-For three times", get("X-Forwarded-For: 1.1.1.1", "x-forwarded-for: 2.2.2.2", "X-Forwarded-For: 3.3.3.3"),
       target="/a", fields={"x-forwarded-for": "127.0.0.1"})
