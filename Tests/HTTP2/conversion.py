"""Sends hand-made requests through a proxy, and looks at what comes out behind it.

conversion.py --port PORT --backend PORT

The proxy passes `h2.test` to the backend's port, where this program listens itself. A line for each case that goes wrong, and
one in the end with their number; the exit status is 0 where all went well.
"""

import argparse
import sys
import time

from connection import Closed, Connection, Target
from conversion_cases import CASES, CUT, EMPTY, MALFORMED, PASSED, REFUSED
from recorder import Recorder
import wire


class Sentinel:
    """An honest request behind each case: once it has come through, the case has too."""

    def __init__(self, target, recorder):
        self.target, self.recorder = target, recorder
        self.connection = None

    def send(self, number):
        """Returns what the backend got before it."""
        if not self.connection or self.connection.closed or self.connection.goaways:
            self.connection = Connection(self.target)
        stream = self.connection.next_stream()
        path = "/sentinel-%d" % number
        self.connection.send(wire.headers(stream, self.target.request(path)))
        self.connection.wait(lambda: self.connection.is_over(stream))
        if self.connection.statuses.get(stream) != 200:
            raise SystemExit("an honest request was not answered: %s" % self.connection.reactions(stream))
        return [request for request in self.recorder.take() if request.target != path.encode()]


def send(case, target):
    """What the proxy did about it."""
    connection = Connection(target)
    stream = connection.next_stream()
    try:
        connection.send(wire.headers(stream, case.block, end_stream=case.body is None)
                        + b"".join(make(stream) for make in case.body or ()))
        # An answer that is whole before the request is may be followed by a reset.
        connection.wait(lambda: connection.is_over(stream), 8)
    except Closed:
        pass
    reactions = connection.reactions(stream)
    connection.close()
    return reactions


def fault_of(verdict, case, reactions, received):
    """Why what happened is not this verdict; None where it is."""
    answered = any(word == "200" for word in reactions)
    if verdict == PASSED:
        if len(received) != 1:
            return "%d requests at the backend" % len(received)
        return "no 200" if not answered else difference(case, received[0])
    if answered:
        return "answered with 200"
    if not reactions:
        return "no reaction"
    if verdict == CUT:
        return "a whole request at the backend" if any(request.is_whole for request in received) else None
    if verdict == EMPTY:
        return "more than an empty request" if len(received) > 1 or any(request.body for request in received) else None
    if received:
        return "something of it at the backend"
    if verdict == MALFORMED and not reactions & {"RST PROTOCOL_ERROR", "GOAWAY PROTOCOL_ERROR", "400"}:
        return "no PROTOCOL_ERROR"
    return None


def difference(case, request):
    """What the backend got that was not meant, or the other way round."""
    seen = case.seen
    if not request.is_whole:
        return "a request that breaks off"
    if "seen_method" in seen and request.method != wire.raw(seen["seen_method"]):
        return "method %r" % request.method
    if "target" in seen and request.target != wire.raw(seen["target"]):
        return "target %r" % request.target
    if "host" in seen and request.values("host") != [wire.raw(seen["host"])]:
        return "host %r" % request.values("host")
    if "content" in seen and request.body != seen["content"]:
        return "content %r" % request.body
    for name, value in seen.get("fields", {}).items():
        if request.values(name) != [wire.raw(value)]:
            return "%s: %r" % (name, request.values(name))
    for name in seen.get("absent", ()):
        if request.values(name):
            return "%s is there" % name
    if any(name == wire.raw(seen.get("no_trailer", "")) for name, _ in request.trailers):
        return "the trailer is there"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--backend", type=int, required=True)
    options = parser.parse_args()
    recorder = Recorder(options.backend)
    target = Target(options.port)
    sentinel = Sentinel(target, recorder)
    sentinel.send(0)
    failed = 0
    for number, case in enumerate(CASES, 1):
        reactions = send(case, target)
        if CUT in case.verdict or EMPTY in case.verdict:
            # What breaks off at the backend does so a moment later.
            time.sleep(0.02)
        received = sentinel.send(number)
        faults = [fault_of(verdict, case, reactions, received) for verdict in case.verdict.split("|")]
        broken = [request for request in received if request.fault]
        if broken or all(faults):
            failed += 1
            print("FAILED %s: %s; the client saw: %s; the backend saw: %s" % (
                case.name, faults[0] or broken[0].fault, ", ".join(sorted(reactions)) or "nothing", received or "nothing"))
    print("%d of %d cases as they should be" % (len(CASES) - failed, len(CASES)))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
