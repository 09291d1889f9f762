"""Sends requests that two parsers could read in two ways through a proxy, and looks at what comes out behind it.

smuggle.py --port PORT --tls-port PORT --backend PORT [NAME...]

The proxy, with one worker, passes `h.test` to the backend's port, where this program listens itself. Each case goes over plain
TCP and over TLS, whole; all in a few pieces too, and every fourth one octet by octet. Behind each comes an honest request on the
same connection, which must be answered just where the case leaves the connection open, and another one on a connection of its
own, which must get its own answer: so nothing was left on either side of the proxy.

A line for each case that goes wrong, and the numbers of each group; the exit status is 0 where all went well.
"""

import argparse
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "HTTP2"))

from http1 import Client  # noqa: E402
from outcome import Tally  # noqa: E402
from recorder import Recorder  # noqa: E402
from smuggling import CASES  # noqa: E402
from smuggling.case import Seen  # noqa: E402

BEHIND = Seen(target="/behind")


class Echo(Recorder):
    """Answers each request with what names it and no other."""

    def answer(self, request):
        body = name(request)
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + (b"" if request.method == b"HEAD" else body)


def name(request):
    return b"%s %s #%d" % (request.method, request.target, request.number)


class Sentinel:
    """An honest client on a connection of its own."""

    def __init__(self, port, recorder):
        self.port, self.recorder = port, recorder
        self.client = Client(port)
        self.count = 0

    def send(self):
        """Says what is wrong with its answer; None where nothing is."""
        self.count += 1
        target = b"/sentinel-%d" % self.count
        self.client.send(b"GET %s HTTP/1.1\r\nHost: h.test\r\n\r\n" % target)
        answer = self.client.answer()
        if answer is None or answer.fault or answer.status != 200 or not answer.body.startswith(b"GET %s #" % target):
            self.client = Client(self.port)
            return "the next client was answered with %s" % answer
        if not self.client.is_quiet():
            return "more than an answer for the next client"
        return None


def run(case, client, pieces, recorder, sentinel):
    """What is wrong with what becomes of a case; None where nothing is."""
    honest = b"GET /behind HTTP/1.1\r\nHost: h.test\r\n\r\n"
    client.send(case.octets + honest, pieces)
    methods = [seen.method for seen in case.seen]
    answers = [client.answer(method) for method in methods]
    last = client.answer() if case.status is not None or case.closes else None
    behind = None if case.closes else client.answer()
    rest = client.rest() if case.closes else b""
    # What breaks off at the backend does so a moment later.
    deadline = time.monotonic() + 5
    received = []
    while True:
        received += recorder.take()
        if not case.is_cut or all(request.is_over for request in received) or time.monotonic() > deadline:
            break
        time.sleep(0.001)
    fault = sentinel.send()
    later = recorder.take()
    received += [request for request in later if not request.target.startswith(b"/sentinel-")]
    return fault or judge(case, client, answers, last, behind, rest, received)


def judge(case, client, answers, last, behind, rest, received):
    broken = [request for request in received if request.fault]
    if broken:
        return "the backend cannot read %s" % broken
    if any(b"smuggled" in request.target for request in received):
        return "smuggled: %s" % received
    if case.is_cut:
        if any(request.is_whole for request in received):
            return "a whole request at the backend: %s" % received
        received = []
    wanted = list(case.seen)
    if not case.closes:
        wanted.append(BEHIND)
        answers = answers + [behind]
    if len(received) != len(wanted):
        return "%d requests at the backend: %s; answers %s" % (len(received), received, answers + [last, behind])
    for seen, request, answer in zip(wanted, received, answers):
        fault = seen.difference(request)
        if fault:
            return fault
        if answer is None or answer.fault or answer.status != 200:
            return "answered with %s" % answer
        if seen.method != "HEAD" and answer.body != name(request):
            return "%s was answered with %s" % (request, answer)
    if case.status is not None:
        if last is None or last.fault or last.status != case.status:
            return "answered with %s" % last
        if case.closes and last.values("connection") != [b"close"]:
            return "no Connection: close"
    elif last is not None and last.status:
        return "answered what is behind the end: %s" % last
    # A client that said it would close, and goes on sending, may be reset.
    if case.closes and (rest or client.how_it_ended not in ("end", case.status is None and "reset")):
        return "the connection went on, or broke off: %r, %s" % (rest[:80], client.how_it_ended)
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls-port", type=int, required=True)
    parser.add_argument("--backend", type=int, required=True)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    recorder = Echo(options.backend)
    sentinel = Sentinel(options.port, recorder)
    fault = sentinel.send()
    if fault:
        raise SystemExit(fault)
    recorder.take()
    chance = random.Random(7)
    tally = Tally()
    for number, case in tally.chosen(CASES, options.names):
        size = len(case.octets)
        cuts = sorted(chance.sample(range(1, size), min(size - 1, 3)))
        ways = [("plain", options.port, None, None), ("TLS", options.tls_port, "h.test", None),
                ("in pieces", options.port, None, [b - a for a, b in zip([0] + cuts, cuts)])]
        if number % 4 == 0 and size < 300:
            ways.append(("octet by octet", options.port, None, [1] * size))
        for way, port, tls, pieces in ways:
            client = Client(port, tls=tls)
            tally.note(case, way, run(case, client, pieces, recorder, sentinel))
            client.close()
    tally.end()


if __name__ == "__main__":
    main()
