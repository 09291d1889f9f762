"""The four forms of a target, and whom Host and target name."""

from smuggling.case import SMUGGLED, Table, request

TABLE = Table()
refused, passed = TABLE.refused, TABLE.passed

TABLE.group = "Host"
refused("none", request("GET /a HTTP/1.1", host=None))
for value in ("", "h.test, other.test", "h.test,h.test", "user@h.test", "user:pass@h.test", "h.test:", "h.test:99999", "h.test:8a",
              "h.test:-1", "h.test:+80", "h.test:80:80", "h test", "h.test/", "h.test/a", "h.test?x", "h.test#x", "http://h.test",
              "//h.test", "[::1", "[h.test]", "::1", "h..test", ".h.test", "h%2etest", "h.test%00", "h.test\\@evil", "h.test;x",
              "h.test\"", "<h.test>", "h.test\x00", "h.test\xa0", "h\xc2\xadtest", "h.test|x", "h{test}", "h.test evil.test",
              "h.test\tevil.test", "@h.test", "..", "[::1]x", "h.test:80 "
              "80"):
    refused("%r" % value, request("GET /a HTTP/1.1", host=value))
refused("twice the same", request("GET /a HTTP/1.1", "Host: h.test"))
refused("two different ones", request("GET /a HTTP/1.1", "Host: other.test"))
refused("the second in lower case", request("GET /a HTTP/1.1", "host: other.test"))
refused("the second behind a space", request("GET /a HTTP/1.1", "Host : other.test"))
refused("the second in a fold", request("GET /a HTTP/1.1", " Host: other.test"))
refused("a name of 300 octets", request("GET /a HTTP/1.1", host=".".join(["a" * 50] * 6)))
passed("a port", request("GET /a HTTP/1.1", host="h.test:8080"), target="/a", host="h.test:8080")
passed("upper case", request("GET /a HTTP/1.1", host="H.TEST"), target="/a", host="H.TEST")
passed("a dot behind it", request("GET /a HTTP/1.1", host="h.test."), target="/a", host="h.test.")
passed("in HTTP/1.0, from the target", b"GET http://h.test/a HTTP/1.0\r\n\r\n", target="/a", closes=True)

TABLE.group = "absolute form"
passed("of the same host", request("GET http://h.test/a HTTP/1.1"), target="/a")
passed("wins over Host", request("GET http://h.test/a?b HTTP/1.1", host="other.test"), target="/a?b")
passed("wins over a Host of that name with a port", request("GET http://h.test:81/a HTTP/1.1", host="h.test:82"), target="/a",
       host="h.test:81")
passed("without a path", request("GET http://h.test HTTP/1.1"), target="/")
passed("without a path but a query", request("GET http://h.test?a=b HTTP/1.1"), target="/?a=b")
passed("in upper case", request("GET HTTP://H.TEST/a HTTP/1.1"), target="/a", host="H.TEST")
passed("of https", request("GET https://h.test/a HTTP/1.1"), target="/a")
for target in ("ftp://h.test/", "http:/h.test/", "http:h.test", "http:///a", "http://", "http://user@h.test/", "http://h.test:/",
               "http://h.test:99999/", "http://h.test, other.test/", "http://h.test\\a", "http://h.test#a", "http://h%2etest/a",
               "ws://h.test/", "httpx://h.test/", "javascript:1", "h.test/a", "h.test:80", "a", "./a", "?a", "\\a", "@h.test/",
               ";a", "%2fa", "..%2f", "http://@h.test/", "http://h.test@other.test/", "http://[::1/"):
    refused("%r" % target, request("GET %s HTTP/1.1" % target))
refused("no Host beside it", b"GET http://h.test/ HTTP/1.1\r\n\r\n")
refused("a bad Host beside it", request("GET http://h.test/ HTTP/1.1", host="h test"))
refused("two Hosts beside it", request("GET http://h.test/ HTTP/1.1", "Host: h.test"))

TABLE.group = "asterisk, authority and fragment"
passed("OPTIONS *", request("OPTIONS * HTTP/1.1"), method="OPTIONS", target="*")
for line in ("GET * HTTP/1.1", "OPTIONS ** HTTP/1.1", "OPTIONS *a HTTP/1.1", "GET /a#b HTTP/1.1", "GET # HTTP/1.1",
             "GET h.test:80 HTTP/1.1", "OPTIONS h.test HTTP/1.1"):
    refused(line, request(line))
for target in ("h.test:443", "h.test:80"):
    refused("CONNECT " + target, request("CONNECT %s HTTP/1.1" % target) + SMUGGLED)
for target in ("/", "h.test", "http://h.test/", "*", "h.test:", "h.test:x"):
    refused("CONNECT " + target, request("CONNECT %s HTTP/1.1" % target))
TABLE.answered("TRACE", request("TRACE /a HTTP/1.1"), 405)

TABLE.group = "origin form"
for target in ("//h.test/a", "//other.test/a", "/a//b", "/a;b", "/a/%2f/b", "/a\\b", "/?", "/?a?b", "/a?b=http://c/",
               "/a%20b", "/a|b", "/a\"b", "/<a>", "/a{b}", "/a^b`", "/\xc3\xa9", "/@other.test/", "/:80", "/a:b"):
    passed("%r" % target, request("GET %s HTTP/1.1" % target), target=target)
for target in ("/../a", "/%2e%2e/a", "/a/../../b", "/a%00b", "/%", "/%zz", "/a%2"):
    TABLE.answered("%r" % target, request("GET %s HTTP/1.1" % target), 400)
