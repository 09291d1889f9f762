"""Asks for guarded paths and hosts in every spelling, of a proxy and of nginx with the same rules.

access.py --port PORT --tls-port PORT --backend PORT --folder FOLDER

The proxy passes `rules.test` to the backend's port by the rules in `guards/rules.test`, and so does an nginx that this program
starts. What nginx lets nobody see, or shows behind another rule, the proxy must not show either. It also has the hosts
`guarded.test`, which asks for a password, `closed.test`, which asks for a client's certificate, and `open.test`; all of them go to
the same backend, which this program is.

A line for each case that goes wrong, and the numbers; the exit status is 0 where all went well.
"""

import argparse
import base64
import os
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "HTTP2"))

import http1  # noqa: E402
import http2  # noqa: E402
from guards.spellings import SPELLINGS  # noqa: E402
from outcome import end  # noqa: E402
from recorder import Recorder  # noqa: E402

NGINX = """
daemon off;
master_process off;
pid FOLDER/nginx.pid;
error_log FOLDER/nginx.log;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path FOLDER/nginx-body;
    proxy_temp_path FOLDER/nginx-proxy;
    fastcgi_temp_path FOLDER/nginx-fastcgi;
    uwsgi_temp_path FOLDER/nginx-uwsgi;
    scgi_temp_path FOLDER/nginx-scgi;
    keepalive_requests 100000;
    proxy_http_version 1.1;
    server { listen 127.0.0.1:PORT default_server; return 503; }
    server { listen 127.0.0.1:PORT; server_name rules.test; RULES }
}
"""


class Nginx:
    """nginx with the rules."""

    def __init__(self, folder, backend):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "guards", "rules.test")) as file:
            rules = file.read().replace("BACKEND", str(backend))
        text = NGINX.replace("PORT", str(self.port)).replace("RULES", rules).replace("FOLDER", folder)
        path = os.path.join(folder, "nginx.conf")
        with open(path, "w") as file:
            file.write(text)
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-c", path, "-e", os.path.join(folder, "nginx.log")])
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise SystemExit("nginx does not start")
                time.sleep(0.02)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Asker:
    """A client of one server, which goes on after refusals."""

    def __init__(self, port, recorder):
        self.port, self.recorder, self.client = port, recorder, None

    def ask(self, octets):
        """The status, and what the backend got of it: rule, target and Host; None where nothing."""
        if self.client is None:
            self.client = http1.Client(self.port)
        self.client.send(octets)
        got = self.client.answer()
        if got is None or got.fault or got.values("connection") == [b"close"] or got.values("server"):
            # nginx closes behind some refusals without saying so in the same words.
            self.client.close()
            self.client = None
        received = self.recorder.take()
        status = got.status if got is not None else 0
        if not received:
            return status, None
        return status, (received[0].values("x-rule"), received[0].target)


def paths(options, recorder, failed):
    """Compares what both make of every spelling of every path."""
    nginx = Nginx(options.folder, options.backend)
    reference, subject = Asker(nginx.port, recorder), Asker(options.port, recorder)
    passed = refused = stricter = 0
    for guarded, name, target in SPELLINGS:
        octets = ("GET %s HTTP/1.1\r\nHost: rules.test\r\n\r\n" % target).encode("latin-1")
        expected, actual = reference.ask(octets), subject.ask(octets)
        line = "%s %s: %r: nginx %s, here %s" % (guarded, name, target, expected, actual)
        if actual[1] is None:
            refused += 1
            if expected[1] is not None:
                stricter += 1
                # Refusing what nginx serves is safe, but only as what no client sends: 400.
                if actual[0] != 400:
                    failed.append(line)
            elif expected[0] != actual[0] and 400 not in (expected[0], actual[0]):
                failed.append(line)
        else:
            passed += 1
            if actual != expected:
                failed.append(line)
    nginx.stop()
    print("%d spellings of paths: %d served as nginx does, %d refused, of which nginx serves %d" % (
        len(SPELLINGS), passed, refused, stricter))
    return len(SPELLINGS)


HOSTS = ("guarded.test", "GUARDED.test", "guarded.test.", "GUARDED.TEST.", "guarded.test:80", "guarded.test:443", "guarded.test.:80",
         "guarded.test:0080", "guarded.test:1", "xn--guarded.test", "guarded.test:", "guarded..test", "guarded.test..", " guarded.test",
         "guarded.test ", "guarded.test\t", "guarded.test,open.test", "guarded.test, open.test", "open.test,guarded.test",
         "guarded.test/", "guarded.test\\", "guarded.test#", "guarded.test?", "guarded.test@open.test", "open.test@guarded.test",
         "guarded%2etest", "guarded.test%00", "guarded.test%2e", "guarded\x00.test", "[guarded.test]", "guarded.test;", "guarded.test:80:80",
         "guarded.test:x", "guarded.te\xc5\xbft", "guarded.test\xa0", "127.0.0.1", "localhost", "", "*", "*.test", "_", "~^guarded")


def hosts(options, recorder, failed):
    """Nobody reaches a host that asks for a password or a certificate without one, whoever else is named beside it."""
    count = 0
    secret = base64.b64encode(b"alice:open sesame").decode()

    def check(name, octets, tls=None, statuses=(400, 401, 421, 503), reaches=None):
        nonlocal count
        count += 1
        client = http1.Client(options.tls_port if tls else options.port, tls=tls)
        client.send(octets if isinstance(octets, bytes) else octets.encode("latin-1"))
        got = client.answer()
        client.close()
        received = recorder.take()
        status = got.status if got is not None and not got.fault else 0
        if reaches is None:
            if received or status not in statuses:
                failed.append("%s: %s, at the backend %s" % (name, got, received))
        elif status != 200 or [request.values("host") for request in received] != [[reaches.encode()]]:
            failed.append("%s: %s, at the backend %s" % (name, got, received))

    for secured in ("guarded.test", "closed.test"):
        for host in HOSTS:
            host = host.replace("guarded", secured[:-5]).replace("GUARDED", secured[:-5].upper())
            for tls in (None, "open.test", secured):
                way = "%s over %s" % ("Host: %r" % host, "TLS for " + tls if tls else "TCP")
                # A host that is reached over TLS alone has no certificates to ask for in the clear.
                if secured == "closed.test" and not tls:
                    continue
                check(way, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % host, tls)
        for tls in ("open.test", secured) if secured == "closed.test" else (None, "open.test", secured):
            over = " over %s" % ("TLS for " + tls if tls else "TCP")
            for scheme in ("http", "https", "HTTP"):
                check("%s://%s with another Host" % (scheme, secured) + over,
                      "GET %s://%s/ HTTP/1.1\r\nHost: open.test\r\n\r\n" % (scheme, secured), tls)
            check("two Hosts" + over, "GET / HTTP/1.1\r\nHost: open.test\r\nHost: %s\r\n\r\n" % secured, tls)
            check("two Hosts the other way round" + over, "GET / HTTP/1.1\r\nHost: %s\r\nHost: open.test\r\n\r\n" % secured, tls)
            check("a Host in a fold" + over, "GET / HTTP/1.1\r\nHost: open.test\r\n Host: %s\r\n\r\n" % secured, tls)
            check("HTTP/1.0" + over, "GET / HTTP/1.0\r\nHost: %s\r\n\r\n" % secured, tls)
            check("X-Forwarded-Host, which names nobody" + over,
                  "GET / HTTP/1.1\r\nHost: %s\r\nX-Forwarded-Host: open.test\r\nX-Host: open.test\r\nForwarded: host=open.test\r\n\r\n"
                  % secured, tls)
    for method in ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PROPFIND", "get", "XYZ"):
        check(method + " without a password", "%s / HTTP/1.1\r\nHost: guarded.test\r\nConnection: close\r\n\r\n" % method
              if method != "HEAD" else "GET / HTTP/1.1\r\nHost: guarded.test\r\n\r\n", statuses=(401,))
    for value in ("", "Basic", "Basic ", "Basic !", "Basic " + secret + "x", "Basic =", "Bearer " + secret, secret, "Basic  ",
                  "Basic " + base64.b64encode(b"alice").decode(), "Basic " + base64.b64encode(b"alice:").decode(),
                  "Basic " + base64.b64encode(b":open sesame").decode(), "Basic " + base64.b64encode(b"ALICE:open sesame").decode(),
                  "Basic " + base64.b64encode(b"alice:open sesame\x00").decode(),
                  "Basic " + base64.b64encode(b"alice\x00:open sesame").decode(),
                  "Basic " + base64.b64encode(b"alice:open sesame\n").decode(),
                  "Basic " + base64.b64encode(b"alice :open sesame").decode(), "Basic\x0b" + secret, "Basic " + secret + " x",
                  "Basic " + secret[:-2], "Basic " + secret.replace("=", "%3d") + "%", "Digest username=alice", "Basic,Basic " + secret):
        check("Authorization: %r" % value, "GET / HTTP/1.1\r\nHost: guarded.test\r\nAuthorization: %s\r\n\r\n" % value,
              statuses=(400, 401, 429))
    check("the right password", "GET / HTTP/1.1\r\nHost: guarded.test\r\nAuthorization: Basic %s\r\n\r\n" % secret,
          reaches="guarded.test")
    check("the right password in another case of the scheme",
          "GET / HTTP/1.1\r\nHost: guarded.test\r\nAuthorization: bASIC %s\r\n\r\n" % secret, reaches="guarded.test")
    check("the open host", "GET / HTTP/1.1\r\nHost: open.test\r\n\r\n", reaches="open.test")
    return count


def streams(options, recorder, failed):
    """A connection of HTTP/2 that was made for one host opens no other."""
    count = 0
    secret = base64.b64encode(b"alice:open sesame").decode()

    def check(name, client, host, fields=(), statuses=(400, 401, 403, 421), reaches=False):
        nonlocal count
        count += 1
        got = client.get("/", host=host, fields=fields)
        received = recorder.take()
        if reaches:
            if got.status != 200 or len(received) != 1:
                failed.append("%s: %s" % (name, got))
        elif received or got.status not in statuses and not (got.fault or "").startswith(("RST ", "the connection ended")):
            failed.append("%s: %s, at the backend %s" % (name, got, received))

    password = [("authorization", "Basic " + secret)]
    client = http2.Client(options.tls_port, tls="open.test")
    check("open.test", client, "open.test", reaches=True)
    for host in ("guarded.test", "closed.test", "guarded.test.", "GUARDED.TEST", "closed.test:443", "CLOSED.test", "closed.test."):
        check("%s on a connection of open.test" % host, client, host)
        check("%s with a password on a connection of open.test" % host, client, host, password)
    check("open.test after all that", client, "open.test", reaches=True)
    client.close()
    client = http2.Client(options.tls_port, tls="guarded.test")
    check("guarded.test without a password", client, "guarded.test", statuses=(401,))
    check("guarded.test with one", client, "guarded.test", password, reaches=True)
    check("guarded.test without one behind one with", client, "guarded.test", statuses=(401,))
    check("closed.test on a connection of guarded.test", client, "closed.test", password)
    check("a Host beside :authority that it is not", client, "guarded.test", [("host", "open.test")])
    client.close()
    client = http2.Client(options.tls_port, tls="closed.test")
    check("closed.test without a certificate", client, "closed.test", statuses=(400,))
    client.close()
    return count


CLAIMS = (
    "X-Forwarded-For: 10.9.9.9", "x-forwarded-for: 10.9.9.9, 127.0.0.1", "X-Forwarded-Proto: https", "X-Forwarded-Ssl: on",
    "X-Forwarded-Host: evil.test", "X-Forwarded-Port: 443", "X-Forwarded-Prefix: /evil", "X-Forwarded-Server: evil.test",
    "X-Forwarded-Path: /evil", "X-Real-IP: 10.9.9.9", "Forwarded: for=10.9.9.9;host=evil.test;proto=https",
    "X-Original-URI: /evil", "Proxy: http://evil.test/", "X_Forwarded_For: 10.9.9.9", "X-Forwarded_For: 10.9.9.9",
    "X_Forwarded-For: 10.9.9.9", "X_Real_IP: 10.9.9.9", "X_FORWARDED_PROTO: https", "x_forwarded_host: evil.test",
    "Proxy-Connection: evil", "Remote_User: root", "HTTP_PROXY: evil", "Content_Length: 99",
)

# What the backend must be told of a client that is not trusted, whatever that claims.
TRUTH = {
    "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http", "x-forwarded-ssl": "off", "x-forwarded-host": "open.test",
    "x-forwarded-port": "80", "x-real-ip": "127.0.0.1", "x-original-uri": "/claim",
}


def claims(options, recorder, failed):
    """What a client claims about itself reaches nobody."""
    count = 0
    plain = http1.Client(options.port)
    for claim in CLAIMS:
        name = claim.partition(":")[0]
        for way, fields in (("alone", [claim]), ("twice", [claim, claim]), ("named by Connection", [claim, "Connection: " + name]),
                            ("named by Connection with the true ones", [claim, "Connection: x-forwarded-for, x-real-ip, host"]),
                            ("in odd case", [claim.swapcase().replace("EVIL", "evil")])):
            count += 1
            plain.send("\r\n".join(["GET /claim HTTP/1.1", "Host: open.test"] + fields).encode() + b"\r\n\r\n")
            got = plain.answer()
            received = recorder.take()
            if got is None or got.status != 200 or len(received) != 1:
                failed.append("%s, %s: %s" % (claim, way, got))
                plain = http1.Client(options.port)
                continue
            wrong = [(key, received[0].values(key)) for key, value in TRUTH.items() if received[0].values(key) != [value.encode()]]
            wrong += [pair for pair in received[0].fields if b"evil" in pair[1] or b"10.9.9.9" in pair[1] or b"_" in pair[0]]
            if wrong:
                failed.append("%s, %s: the backend was told %s" % (claim, way, wrong))
    secure = http2.Client(options.tls_port, tls="open.test")
    for claim in CLAIMS:
        name, _, value = claim.lower().partition(": ")
        if name == "proxy-connection":
            continue
        count += 1
        got = secure.get("/claim", host="open.test", fields=[(name, value)])
        received = recorder.take()
        if got.status != 200 or len(received) != 1:
            failed.append("%s over HTTP/2: %s" % (claim, got))
            continue
        truth = dict(TRUTH, **{"x-forwarded-proto": "https", "x-forwarded-ssl": "on", "x-forwarded-port": "443"})
        wrong = [(key, received[0].values(key)) for key, value in truth.items() if received[0].values(key) != [value.encode()]]
        wrong += [pair for pair in received[0].fields if b"evil" in pair[1] or b"10.9.9.9" in pair[1] or b"_" in pair[0]]
        if wrong:
            failed.append("%s over HTTP/2: the backend was told %s" % (claim, wrong))
    # Who was let in by a password: told as nginx does, or not at all where the file says so.
    secret = base64.b64encode(b"alice:open sesame")
    for host, wanted in (("guarded.test", [b"Basic " + secret]), ("stripped.test", [])):
        count += 1
        plain.send(b"GET /claim HTTP/1.1\r\nHost: " + host.encode() + b"\r\nAuthorization: Basic " + secret + b"\r\n\r\n")
        got = plain.answer()
        received = recorder.take()
        if got.status != 200 or len(received) != 1 or received[0].values("authorization") != wanted:
            failed.append("Authorization for %s: %s, %s" % (host, got, received))
    return count


def main():
    parser = argparse.ArgumentParser()
    for name in ("port", "tls-port", "backend"):
        parser.add_argument("--" + name, type=int, required=True)
    parser.add_argument("--folder", required=True)
    options = parser.parse_args()
    recorder = Recorder(options.backend)
    failed, counts = [], []
    for part in (paths, hosts, streams, claims):
        counts.append("%s: %d" % (part.__name__, part(options, recorder, failed)))
    end(", ".join(counts), failed)


if __name__ == "__main__":
    main()
