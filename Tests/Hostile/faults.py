"""Lets a backend fail in every way, at every stage of an exchange, and looks at what the clients see of it.

faults.py --port PORT --pid PID --backend PORT --refusing PORT --hanging PORT [NAME...]

The proxy, with one worker, passes `h.test` to the backend's port, but `/refused` and `/unaccepted` to the other two; it waits a
second for what comes under `/slow`. Each fault is met over HTTP/1.1 and HTTP/2, by requests with and without a body, on a fresh
connection to the backend and on one that has been used. Each answer names its request, honest requests go on meanwhile, and in
the end nothing is left: no connection to the backend beyond those that wait, no descriptor, no request under way.

A line for each case that goes wrong, and the numbers; the exit status is 0 where all went well.
"""

import argparse
import collections
import itertools
import os
import socket
import threading
import time

import http1
import http2
from backend import Backend, Gone, answer
from outcome import end

BODY = b"0123456789abcdef" * 1024

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n"

# How far a backend's answer gets before it fails, and what the client must see then: a status, or None for a visible abort.
STAGES = {
    "before an octet": (b"", 502),
    "in the status line": (b"HTTP/1.1 2", 502),
    "in the head": (b"HTTP/1.1 200 OK\r\nContent-Le", 502),
    "behind an interim answer": (b"HTTP/1.1 103 Early Hints\r\n\r\n", 502),
    "behind the head": (LENGTH, None),
    "in a body with a length": (LENGTH + b"hello", None),
    "behind a head with chunks": (CHUNKED, None),
    "in a chunk": (CHUNKED + b"50\r\nhello", None),
    "before the last chunk": (CHUNKED + b"5\r\nhello\r\n", None),
    "in the last chunk": (CHUNKED + b"5\r\nhello\r\n0\r\n", None),
}


class Fault:
    """
    act       what the backend does, given its peer, the head's lines and the path
    status    what the client sees: a status, a tuple of those that will do, None for a visible abort
    body      the body that it sees; None where that does not matter
    is_slow   whether it shows by the want of something only
    missing   how much of its body the client holds back
    repeats   whether nothing came back, so that a request which may be repeated is, if its connection had been used before
    """

    def __init__(self, name, act, status, body=None, is_slow=False, repeats=False, needs_body=False, path=None,
                 missing=0):
        self.name, self.act, self.status, self.body = name, act, status, body
        self.is_slow, self.repeats, self.needs_body, self.path = is_slow, repeats, needs_body, path
        self.missing = missing


def faults():
    for stage, (octets, status) in STAGES.items():
        for end in ("closes", "resets", "closes before the body"):
            def act(peer, lines, path, octets=octets, end=end):
                if end != "closes before the body":
                    peer.body(lines)
                peer.send(octets)
                if end == "resets":
                    time.sleep(0.005)
                    peer.reset()
                raise Gone
            yield Fault("%s %s" % (end, stage), act, status, repeats=octets == b"", needs_body=end == "closes before the body")

        def half(peer, lines, path, octets=octets):
            peer.body(lines)
            peer.send(octets)
            peer.half_close()
            peer.wait_for_end()
            raise Gone
        yield Fault("ends its side %s" % stage, half, status, repeats=octets == b"")

        def hang(peer, lines, path, octets=octets):
            peer.body(lines)
            peer.send(octets)
            peer.wait_for_end()
            raise Gone
        yield Fault("hangs %s" % stage, hang, status and 504, is_slow=True)

    def garbage(peer, lines, path):
        peer.body(lines)
        peer.send(b"\x00\xff garbage\r\n\r\n" * 100)
    yield Fault("sends garbage", garbage, 502)

    def drip(peer, lines, path):
        peer.body(lines)
        for octet in answer(path):
            peer.send(bytes((octet,)))
    yield Fault("answers octet by octet", drip, 200, body=True)

    def late(peer, lines, path):
        peer.body(lines)
        time.sleep(0.2)
        peer.send(answer(path))
    yield Fault("answers late", late, 200, body=True)

    # Answers in the middle of an upload.
    for what, then in (("and reads on", "reads"), ("and closes", "closes"), ("and resets", "resets"), ("and never reads", "waits")):
        for status in (200, 413):
            def early(peer, lines, path, then=then, status=status):
                peer.send(answer(path, b"HTTP/1.1 %d Early" % status))
                if then == "reads":
                    peer.body(lines)
                elif then == "waits":
                    peer.wait_for_end()
                    raise Gone
                elif then == "resets":
                    time.sleep(0.02)
                    peer.reset()
                    raise Gone
                else:
                    raise Gone
            # What a reset destroys before the proxy has read it cannot be passed on.
            may = (status,) if then in ("reads", "waits") else (status, 502)
            yield Fault("answers %d early %s" % (status, what), early, may, needs_body=True, missing=1000)

    yield Fault("refuses the connection", None, 502, path="/refused")
    yield Fault("never accepts", None, 504, path="/unaccepted", is_slow=True)


FAULTS = list(faults())


class Script:
    """Serves `/fault/N/ID` as the fault says, and everything else with its own name."""

    def __init__(self):
        self.lock = threading.Lock()
        self.hits = collections.Counter()
        self.reused = {}

    def __call__(self, peer):
        while True:
            lines = peer.head()
            path = lines[0].split(b" ")[1]
            with self.lock:
                self.hits[path] += 1
                self.reused.setdefault(path, peer.requests > 1)
            parts = path.split(b"/")
            if b"fault" in parts:
                FAULTS[int(parts[parts.index(b"fault") + 1])].act(peer, lines, path)
                continue
            peer.body(lines)
            peer.send(answer(path, b"HTTP/1.1 200 OK" + (b"\r\nConnection: close" if b"last" in parts else b"")))


class Client1:
    name = "HTTP/1.1"

    def __init__(self, port):
        self.client = http1.Client(port)

    def ask(self, path, method="GET", body=None, missing=0):
        head = "%s %s HTTP/1.1\r\nHost: h.test\r\n" % (method, path)
        if body is not None:
            head += "Content-Length: %d\r\n" % (len(body) + missing)
        self.client.send(head.encode() + b"\r\n" + (body or b""))
        return self.client.answer(method)

    def close(self):
        self.client.close()


class Client2:
    name = "HTTP/2"

    def __init__(self, port):
        self.client = http2.Client(port)

    def ask(self, path, method="GET", body=None, missing=0):
        fields = [("content-length", str(len(body) + missing))] if body is not None else []
        stream = self.client.begin(path, method, fields=fields, ends=body is None)
        if body is not None:
            self.client.send(stream, body, ends=not missing)
        return self.client.answer(stream)

    def close(self):
        self.client.close()


def is_cut(got):
    """Whether the client has seen that its answer is not whole, or that there is none."""
    return got is not None and (got.fault in ("end", "reset", "the connection ended") or (got.fault or "").startswith("RST "))


def judge(fault, got, path):
    if fault.status is None:
        # The head may not have left yet.
        return None if is_cut(got) or got is not None and got.status in (502, 504) and not got.fault else "seen as %s" % got
    wanted = fault.status if isinstance(fault.status, tuple) else (fault.status,)
    if got is None or got.fault or got.status not in wanted:
        return "seen as %s" % got
    if got.status == 200 and got.body != path.encode():
        return "crossed: %s" % got
    return None


class Attempt:
    """One fault, met in one way."""

    def __init__(self, number, fault, kind, method, has_body, is_kept):
        self.number, self.fault, self.kind, self.method = number, fault, kind, method
        self.body, self.is_kept = BODY if has_body else None, is_kept

    def __str__(self):
        return "%s (%s, %s%s, on a %s connection)" % (
            self.fault.name, self.kind.name, self.method, " with a body" if self.body else "", "kept" if self.is_kept else "fresh")

    def path(self, serial):
        fault = self.fault
        if fault.path:
            return "%s/%d" % (fault.path, serial)
        return "%s/fault/%d/%d" % ("/slow" if fault.is_slow else "", self.number, serial)

    def run(self, port, serial, script=None):
        """What is wrong with it; None where nothing is. With `script` nobody else asks meanwhile, so that hits are counted."""
        client = self.kind(port)
        if script and not self.fault.path:
            # Leaves one connection to the backend that waits, or none.
            honest = "/%s/%d" % ("kept" if self.is_kept else "last", serial)
            got = client.ask(honest)
            if got is None or got.fault or got.body != honest.encode():
                return "an honest request was answered with %s" % got
        path = self.path(serial)
        got = client.ask(path, self.method, self.body, self.fault.missing)
        wrong = judge(self.fault, got, path)
        client.close()
        if script and not wrong:
            wrong = self.miscounted(script, path.encode())
        behind = self.kind(port)
        honest = "/behind/%d" % serial
        got = behind.ask(honest)
        behind.close()
        if got is None or got.fault or got.status != 200 or got.body != honest.encode():
            wrong = wrong or "the next request was answered with %s" % got
        return wrong

    def miscounted(self, script, path):
        if self.fault.path:
            return None
        hits = script.hits[path]
        if script.reused[path] != self.is_kept:
            return "it was sent on a %s connection" % ("kept" if script.reused[path] else "fresh")
        # RFC 9110, section 9.2.2: what is not idempotent is sent once, whatever became of it.
        most = 2 if self.is_kept and self.fault.repeats and self.method != "POST" else 1
        if not 1 <= hits <= most or (hits < most and self.body is None):
            return "the backend was sent it %d times" % hits
        return None


def attempts(options):
    for number, fault in enumerate(FAULTS):
        if options.names and not any(part in fault.name for part in options.names):
            continue
        for kind, (method, has_body), is_kept in itertools.product(
                (Client1, Client2), (("GET", False), ("POST", False), ("POST", True), ("PUT", True)), (False, True)):
            if fault.needs_body and not has_body or fault.path and is_kept:
                continue
            yield Attempt(number, fault, kind, method, has_body, is_kept)


def descriptors(pid):
    """How many the process has, but for pipes: some of those that bodies went through are kept for others."""
    folder = "/proc/%d/fd" % pid
    return sum(not link_of(folder + "/" + name).startswith("pipe:") for name in os.listdir(folder))


def link_of(path):
    try:
        return os.readlink(path)
    except FileNotFoundError:
        return ""


def until(condition, within=10):
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


class Crowd:
    """Many attempts at once, among honest requests."""

    def __init__(self, port, wanted, threads=12):
        self.port, self.waiting = port, list(wanted)
        self.lock, self.wrong = threading.Lock(), []
        self.serial = itertools.count(1_000_000)
        self.threads = [threading.Thread(target=self._work) for _ in range(threads)]

    def run(self):
        for thread in self.threads:
            thread.start()
        for thread in self.threads:
            thread.join()

    def _work(self):
        while True:
            with self.lock:
                if not self.waiting:
                    return
                attempt, serial = self.waiting.pop(), next(self.serial)
            wrong = attempt.run(self.port, serial)
            if wrong:
                with self.lock:
                    self.wrong.append("%s, in a crowd: %s" % (attempt, wrong))


def main():
    parser = argparse.ArgumentParser()
    for name in ("port", "pid", "backend", "refusing", "hanging"):
        parser.add_argument("--" + name, type=int, required=True)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    script = Script()
    backend = Backend(options.backend, script)
    # A listener that accepts nothing, with a queue that is full.
    hanging = socket.socket()
    hanging.bind(("127.0.0.1", options.hanging))
    hanging.listen(0)
    fillers = [socket.socket() for _ in range(4)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", options.hanging))

    client = Client1(options.port)
    client.ask("/last/0")
    client.close()
    if not until(lambda: backend.open == 0):
        raise SystemExit("a connection to the backend is left before anything was tried")
    before = descriptors(options.pid)

    wanted = list(attempts(options))
    alone = [one for one in wanted if not one.fault.is_slow]
    failed = []
    for serial, attempt in enumerate(alone, 1):
        wrong = attempt.run(options.port, serial, script)
        if wrong:
            failed.append("%s: %s" % (attempt, wrong))
    crowd = Crowd(options.port, wanted)
    crowd.run()
    failed += crowd.wrong

    # What waits is used up: each of these takes one connection out of the pool.
    client = Client1(options.port)
    for serial in range(2000):
        if not backend.open:
            break
        client.ask("/last/%d" % serial)
        client.close()
        client = Client1(options.port)
    client.close()
    if not until(lambda: backend.open == 0):
        failed.append("%d connections to the backend are left" % backend.open)
    if not until(lambda: descriptors(options.pid) <= before):
        failed.append("%d descriptors more than before" % (descriptors(options.pid) - before))
    end("%d faults, %d attempts" % (len({one.number for one in wanted}), len(alone) + len(wanted)), failed)


if __name__ == "__main__":
    main()
