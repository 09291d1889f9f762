"""Answers requests with what a hostile or broken backend may send, and looks at what the clients see of it.

answers.py --port PORT --backend PORT --early PORT [NAME...]

The proxy, with one worker, passes `h.test` to the backend's port and `early.test` to the early one's, where this program listens
itself. Each case is asked for over
HTTP/1.1 and over HTTP/2. Behind each comes an honest
request of the same client, where its connection goes on, and one of another client: each must get its own answer.

A line for each case that goes wrong, and the numbers of each group; the exit status is 0 where all went well.
"""

import argparse
import threading
import time

import http1
import http2
from backend import Backend, answer
from outcome import Tally, check, wait
from responses import CASES


class Script:
    """Serves `/honest-N` with its own name, and `/case-N` as the case says."""

    def __init__(self):
        # Set once the proxy can know that a connection is of no more use.
        self.settled = threading.Event()

    def __call__(self, peer):
        while True:
            lines = peer.head()
            method, target, _ = lines[0].split(b" ")
            peer.body(lines)
            if not target.startswith(b"/case-"):
                peer.send(answer(target))
                continue
            case = CASES[int(target[6:])]
            for number, part in enumerate(case.octets):
                if number:
                    time.sleep(0.003)
                peer.send(part)
            if case.ends == "resets":
                peer.reset()
            elif case.is_late:
                peer.wait_for_end()
            if case.is_late:
                self.settled.set()
            if case.ends != "stays" or case.is_late:
                return


class Sentinel:
    """An honest client on connections of its own."""

    def __init__(self, port):
        self.port, self.count = port, 0
        self.client = http1.Client(port)

    def next_path(self):
        self.count += 1
        return "/honest-%d" % self.count

    def send(self):
        """Says what is wrong with its answer; None where nothing is."""
        path = self.next_path()
        self.client.send(b"GET %s HTTP/1.1\r\nHost: h.test\r\n\r\n" % path.encode())
        got = self.client.answer()
        if fault_of(got, path) or not self.client.is_quiet():
            self.client = http1.Client(self.port)
            return "the next client was answered with %s" % got
        return None


def fault_of(got, path):
    return got is None or got.fault or got.status != 200 or got.body != path.encode()


def ask1(port, case, path, honest, settle):
    """What a client of HTTP/1.1 sees, and what is wrong with its next answer."""
    client = http1.Client(port)
    fields = "".join(field + "\r\n" for field in case.request)
    client.send(("%s %s HTTP/1.1\r\nHost: h.test\r\n%s\r\n" % (case.method, path, fields)).encode())
    got = client.answer(case.method)
    fault = settle(case)
    if not fault and got and not got.fault and got.values("connection") != [b"close"]:
        client.send(b"GET %s HTTP/1.1\r\nHost: h.test\r\n\r\n" % honest.encode())
        behind = client.answer()
        if fault_of(behind, honest):
            fault = "the same client was then answered with %s" % behind
    client.close()
    return got, fault


def ask2(port, case, path, honest, settle):
    """The same over HTTP/2, where a stream that breaks off must not end the others."""
    client = http2.Client(port)
    got = client.get(path, method=case.method)
    fault = settle(case)
    behind = client.get(honest)
    if fault_of(behind, honest):
        fault = "another stream was answered with %s" % behind
    client.close()
    return got, fault


def judge(case, got):
    if case.status is None:
        # Where the head had not left yet, the client may see a 502, or no answer at all.
        if got and (got.fault in ("end", "reset") or (got.fault or "").startswith("RST ") or got.status == 502):
            return None
        return "not cut, but %s" % got
    if got is None or got.fault or got.status != case.status:
        return "seen as %s" % got
    if b"poison" in got.body or (case.status != 502 and got.body != case.body):
        return "seen as %s" % got
    for name, value in case.fields.items():
        if got.values(name) != [value if isinstance(value, bytes) else value.encode()]:
            return "%s: %r" % (name, got.values(name))
    for name in case.absent:
        if got.values(name):
            return "%s is there" % name
    return None


def refuse_first(peer):
    """Answers before anything was asked, as servers do that have no room, and closes."""
    peer.send(answer(b"early", b"HTTP/1.1 503 Service Unavailable") if peer.number % 2 else b"421 no room\r\n")


def early_fault(options):
    """What is wrong with what clients see of a backend that speaks first; None where nothing is."""
    Backend(options.early, refuse_first)
    for number in range(20):
        client = http1.Client(options.port)
        client.send(b"GET / HTTP/1.1\r\nHost: early.test\r\n\r\n")
        got = client.answer()
        if got is None or got.fault or (got.status, got.body) != (503, b"early") and got.status != 502:
            return "request %d was answered with %s" % (number, got)
        client.close()
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--backend", type=int, required=True)
    parser.add_argument("--early", type=int, required=True)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    script = Script()
    backend = Backend(options.backend, script)

    def settle(case):
        """Waits until the proxy can know of what comes late."""
        if case.is_late and not script.settled.wait(5):
            return "the proxy has kept the connection"
        script.settled.clear()

    sentinel = Sentinel(options.port)
    tally = Tally()
    for number, case in tally.chosen(CASES, options.names):
        for way, ask in (("HTTP/1.1", ask1), ("HTTP/2", ask2)):
            if case.request and way == "HTTP/2":
                continue
            got, fault = ask(options.port, case, "/case-%d" % number, sentinel.next_path(), settle)
            tally.note(case, way, judge(case, got) or fault or sentinel.send())
    fault = early_fault(options)
    check("before a request: %s" % fault, not fault)
    sentinel.client.close()
    wait("more than two connections to the backend are left", lambda: backend.open <= 2, 5)
    tally.end()


if __name__ == "__main__":
    main()
