"""Requests that would go over to another protocol, and what follows them at once."""

from smuggling.case import SMUGGLED, Seen, Table, get, post, request

TABLE = Table()
refused, passed = TABLE.refused, TABLE.passed

WEBSOCKET = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==")
HONEST = SMUGGLED.replace(b"smuggled", b"honest")

TABLE.group = "h2c"
for name in ("h2c", "H2C", "h2c, websocket-not", "h2", "h2c-14", "HTTP/2.0", "HTTP/1.1", "TLS/1.0", "tls", "h2c,", " h2c", "h3",
             "http", "h2c;x", "\"h2c\"", "h2c h2c"):
    expected = dict(target="/a", absent=["http2-settings"] + ([] if "websocket-not" in name else ["upgrade", "connection"]))
    passed("Upgrade: %s" % name, get("Connection: Upgrade, HTTP2-Settings", "Upgrade: " + name,
                                     "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), **expected)
passed("h2c without a Connection", get("Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), target="/a",
       absent=["upgrade", "http2-settings"])
passed("h2c with the preface behind it is two requests, of which the second is none", get("Connection: Upgrade",
       "Upgrade: h2c") + HONEST, Seen(target="/a", absent=["upgrade"]), Seen(target="/honest"))
passed("h2c and websocket: the one is passed on", get("Connection: upgrade", "Upgrade: h2c, websocket"), target="/a",
       fields={"upgrade": "websocket", "connection": "upgrade"})

TABLE.group = "Upgrade"
# The backend does not go over: what follows is a request like any other, and nothing went before its turn.
passed("websocket that is declined, and a request at once", get(*WEBSOCKET) + HONEST, Seen(target="/a"), Seen(target="/honest"))
passed("websocket in a POST with a body", post(*WEBSOCKET, "Content-Length: 5", body="hello"), method="POST", target="/a",
       body=b"hello", absent=["upgrade"])
passed("websocket in a GET with chunks", get(*WEBSOCKET, "Transfer-Encoding: chunked", body="1\r\na\r\n0\r\n\r\n"), target="/a",
       body=b"a", absent=["upgrade"])
passed("websocket without Connection", get(*WEBSOCKET[1:]), target="/a", absent=["upgrade", "connection"])
passed("websocket with another Connection", get("Connection: keep-alive", *WEBSOCKET[1:]), target="/a",
       absent=["upgrade", "connection"])
passed("two Upgrade fields", get("Connection: Upgrade", "Upgrade: websocket", "Upgrade: h2c"), target="/a", absent=["upgrade"])
passed("an empty Upgrade", get("Connection: Upgrade", "Upgrade:"), target="/a", absent=["upgrade"])
passed("a protocol that is no token", get("Connection: Upgrade", "Upgrade: web socket"), target="/a", absent=["upgrade"])
passed("a version of it", get("Connection: Upgrade", "Upgrade: websocket/13"), target="/a", fields={"upgrade": "websocket/13"})
passed("Upgrade in a HEAD", request("HEAD /a HTTP/1.1", *WEBSOCKET), method="HEAD", target="/a")
