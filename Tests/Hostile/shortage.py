"""Lets a proxy run out of descriptors, and out of room for its logs.

shortage.py --portico PROGRAM --folder FOLDER [NAME...]

Starts proxies of its own, whose backend it is. What must hold meanwhile: clients that are there are served, nothing spins, what
cannot be done is refused and not hung; and what there is room for again is done again, without anybody's help. A small file system
for the logs needs root.

A line for each thing that goes wrong; the exit status is 0 where all went well.
"""

import os
import socket
import subprocess
import time

from backend import Backend, welcome
from http1 import Client, is_ended
from outcome import FAILED, check, end, wait
from own_door import Door, asked

DESCRIPTORS = 96

# Up to here clients may take them.
FOR_CLIENTS = 64


def ask(client):
    """How the answer begins."""
    client.settimeout(10)
    client.sendall(b"GET / HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\n\r\n")
    return client.recv(100)[:12]


def idles(door, what):
    """Nothing spins: in two seconds without anything to do, a quarter of them at most is spent."""
    before = door.seconds()
    time.sleep(2)
    spent = door.seconds() - before
    check("%s: %.2f s of processor time in 2 s" % (what, spent), spent < 0.5)


def descriptors(options, backend):
    door = Door(options, "descriptors", backend, descriptors=DESCRIPTORS)
    before = door.descriptors()
    honest = Client(door.port)
    check("descriptors: an honest client is not served", door.get("h.test", honest) == 200)
    # Everybody has as many as anybody else, so that what has been there for the longest has to go.
    crowd = [socket.create_connection(("127.0.0.1", door.port), 10, ("127.0.1.%d" % (n + 1), 0)) for n in range(200)]
    wait("descriptors: they do not run out", lambda: sum(is_ended(one) for one in crowd) > 200 - FOR_CLIENTS)
    check("descriptors: a new client is not served", door.get("h.test") == 200)
    idles(door, "descriptors have run out")
    check("descriptors: all of them are taken, %d" % door.descriptors(), door.descriptors() < DESCRIPTORS)
    for _ in range(20):
        check("descriptors: who was there before is not served", door.get("h.test", honest) == 200)
    check("descriptors: the control socket does not answer", door.says_health())
    door.configure("new.test")
    wait("descriptors: a new file is not read", lambda: door.get("new.test", honest) == 200)
    # Each of these needs a connection to the backend, for which there may be none left.
    answers = [ask(one) for one in crowd if not is_ended(one)]
    check("descriptors: nobody is left", answers)
    check("descriptors: odd answers %s" % sorted(set(answers)), set(answers) <= {b"HTTP/1.1 200", b"HTTP/1.1 503"})
    for one in crowd:
        one.close()
    # Some connections to the backend wait for other requests.
    wait("descriptors: they do not come back, %d" % before, lambda: door.descriptors() <= before + DESCRIPTORS - FOR_CLIENTS)
    check("descriptors: a new client is not served afterwards", door.get("h.test") == 200)
    honest.close()
    check("descriptors: the proxy has ended", door.process.poll() is None)
    door.stop()


def disk(options, backend):
    place = os.path.join(options.folder, "small")
    os.makedirs(place)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", place], check=True)
    try:
        log = os.path.join(place, "access.log")
        door = Door(options, "disk", backend, logs=log)
        wait("disk: no log is written", lambda: os.path.getsize(log) > 0)
        filler = os.path.join(place, "filler")
        with open(filler, "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        client = Client(door.port)
        for _ in range(500):
            if door.get("h.test", client) != 200:
                FAILED.append("disk: a request is not served while the disk is full")
                break
        idles(door, "the disk is full")
        size = os.path.getsize(log)
        os.unlink(filler)

        def is_written():
            check("disk: a request is not served afterwards", door.get("h.test", client) == 200)
            return os.path.getsize(log) > size

        wait("disk: nothing is written once there is room again", is_written)
        with open(log, "rb") as file:
            lines = file.read().split(b"\n")
        check("disk: the log ends in half a line", lines[-1] == b"")
        broken = [line for line in lines[:-1] if not line.startswith(b"h.test ")]
        check("disk: lines that are broken: %s" % broken[:3], len(broken) <= 1)
        check("disk: the proxy has ended", door.process.poll() is None)
        door.stop()
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def device(options, backend):
    """A log whose writing always fails."""
    door = Door(options, "device", backend, logs="/dev/full")
    client = Client(door.port)
    check("device: requests are not served", all(door.get("h.test", client) == 200 for _ in range(500)))
    idles(door, "writing the log fails")
    check("device: the proxy has ended", door.process.poll() is None)
    door.stop()


def main():
    options = asked()
    backend = Backend(None, welcome).port
    parts = [descriptors, device] + ([disk] if os.geteuid() == 0 else [])
    parts = [part for part in parts if part.__name__ in options.names or not options.names]
    for part in parts:
        part(options, backend)
    end(", ".join(part.__name__ for part in parts))


if __name__ == "__main__":
    main()
