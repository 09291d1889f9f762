"""Sends and takes a byte at a time.

slow.py --portico PROGRAM --folder FOLDER

Starts a proxy of its own, whose backend it is, with short timeouts. Who does next to nothing is given up although it never stops
doing it; who is merely held up by the backend, or has nothing to say for a while, is not; and others are served meanwhile.

A line for each thing that goes wrong; the exit status is 0 where all went well.
"""

import select
import socket
import threading
import time

from h2.settings import SettingCodes

import http1
import http2
from backend import Backend, answer
from honest import Honest, p99
from outcome import check, end
from own_door import Door, asked

# How many there are of each kind.
CROWD = 8

# How long an attacker goes on, as long as it is not given up.
PATIENCE = 60

ENVIRONMENT = {"CLIENT_HEADER_TIMEOUT": "4", "CLIENT_MIN_RATE": "2000"}
DIRECTIVES = "client_body_timeout 4s; send_timeout 4s; client_header_timeout 4s; client_max_body_size 0;"
BIG = 16 << 20


def serve(peer):
    while True:
        lines = peer.head()
        path = lines[0].split(b" ")[1]
        if path == b"/late-taker":
            # For longer than a client may take for two pieces.
            time.sleep(6)
        if path == b"/early":
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
            peer.body(lines)
            peer.send(b"in")
            continue
        if path == b"/quiet":
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\ni")
            time.sleep(6)
            peer.send(b"n")
            continue
        if path == b"/poll":
            time.sleep(6)
        if path == b"/big":
            peer.send(answer(b"x" * BIG))
            continue
        peer.body(lines)
        peer.send(answer(b"in"))


class Trickle(threading.Thread):
    """Calls something again and again until it says that the proxy has had enough."""

    def __init__(self, step):
        super().__init__(daemon=True)
        self.step, self.was_given_up = step, False
        self.start()

    def run(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if self.step():
                    self.was_given_up = True
                    return
            except OSError:
                self.was_given_up = True
                return
            time.sleep(0.1)


def more(client):
    """A step that sends one more byte, and says whether something has come, or the end."""

    def step():
        client.socket.sendall(b"x")
        return not client.is_quiet()

    return step


def slow_header(door):
    client = http1.Client(door.port)
    client.socket.sendall(b"GET / HTTP/1.1\r\nHost: h.test\r\nX: ")
    return Trickle(more(client))


def slow_second_header(door):
    client = http1.Client(door.port)
    check("slow header: the first request", door.get("h.test", client) == 200)
    client.socket.sendall(b"GET / HTTP/1.1\r\nHost: h.test\r\nX: ")
    return Trickle(more(client))


def slow_body(door):
    client = http1.Client(door.port)
    client.socket.sendall(b"POST / HTTP/1.1\r\nHost: h.test\r\nContent-Length: 100000\r\n\r\n")
    return Trickle(more(client))


def on_stream(client, stream, act):
    """A step that acts on a stream while it lasts, and says whether it is over."""

    def is_over():
        return stream in client.over or client.is_closed

    def step():
        if not is_over():
            act()
        # That it is silent for now is no fault.
        client.answer(stream).fault = None
        return is_over()

    return step


def slow_body_http2(door):
    client = http2.Client(door.port, patience=0.01)
    stream = client.begin("/", method="POST", ends=False)
    return Trickle(on_stream(client, stream, lambda: client.send(stream, b"x")))


def slow_read(door):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(10)
    client.connect(("127.0.0.1", door.port))
    client.sendall(b"GET /big HTTP/1.1\r\nHost: h.test\r\n\r\n")

    poll = select.poll()
    poll.register(client, 0)

    def step():
        # What has come before the reset can still be read.
        return len(client.recv(1)) == 0 or bool(poll.poll(0))

    return Trickle(step)


def slow_read_http2(door):
    client = http2.Client(door.port, patience=0.01)
    client.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 1})
    client.h2.acknowledge_received_data = lambda *_: None
    client.flush()
    stream = client.begin("/big")

    def take():
        client.h2.increment_flow_control_window(1, stream)
        client.flush()

    return Trickle(on_stream(client, stream, take))


ATTACKS = [slow_header, slow_second_header, slow_body, slow_body_http2, slow_read, slow_read_http2]


class Patient(threading.Thread):
    """A client that has done nothing wrong, with one request."""

    def __init__(self, name, door, head, pieces=(), pause=0.0):
        super().__init__(daemon=True)
        self.name, self.door, self.head, self.pieces, self.pause = name, door, head, pieces, pause
        self.answer = None
        self.start()

    def run(self):
        client = http1.Client(self.door.port, source=("127.0.0.3", 0), patience=30)
        client.send(b"%s HTTP/1.1\r\nHost: h.test\r\n" % self.head)
        for piece in self.pieces:
            client.send(piece)
            time.sleep(self.pause)
        self.answer = client.answer()


def patients(door):
    """Whom the backend holds up, or who has a reason to wait."""
    length = b"Content-Length: %d\r\n\r\n"
    chunk = b"1\r\nx\r\n"
    return [
        Patient("the backend takes nothing for a while", door, b"POST /late-taker", [length % BIG, b"x" * BIG]),
        Patient("it sends steadily", door, b"POST /", [length % 200_000] + [b"x" * 4000] * 50, 0.1),
        Patient("it is answered while it sends", door, b"POST /early",
                [b"Transfer-Encoding: chunked\r\n\r\n"] + [chunk] * 80 + [b"0\r\n\r\n"], 0.1),
        Patient("the backend says nothing for a while", door, b"GET /quiet", [b"\r\n"]),
        Patient("the backend answers late", door, b"GET /poll", [b"\r\n"]),
    ]


def main():
    options = asked()
    backend = Backend(None, serve).port
    door = Door(options, "slow", backend, environment=ENVIRONMENT, directives=DIRECTIVES)
    honest = Honest(door)
    time.sleep(1)
    quiet = honest.mark()
    waiting = patients(door)
    crowds = {attack.__name__: [attack(door) for _ in range(CROWD)] for attack in ATTACKS}
    for name, crowd in crowds.items():
        for one in crowd:
            one.join(2 * PATIENCE)
        count = sum(one.was_given_up for one in crowd)
        check("%s: %d of %d are given up" % (name, count, CROWD), count == CROWD)
    loud = honest.mark()
    for one in waiting:
        one.join(40)
        check("%s: %s" % (one.name, one.answer),
              one.answer is not None and one.answer.status == 200 and one.answer.fault is None and one.answer.body == b"in")
    honest.stop()
    check("others: %s" % honest.faults[:5], not honest.faults and loud)
    check("the proxy has ended", door.process.poll() is None)
    door.stop()
    end("%d clients, %d requests of others, p99 %.1f ms, %.1f ms in quiet" % (
        CROWD * len(ATTACKS), len(loud), p99(loud), p99(quiet)))


if __name__ == "__main__":
    main()
