"""Comes in crowds: more connections than there are descriptors, ten thousand, and more than the memory holds.

many.py --portico PROGRAM --folder FOLDER [NAME...]

Starts proxies of its own, whose backend it is. Whoever takes too much loses it again, and others are served meanwhile.

A line for each thing that goes wrong; the exit status is 0 where all went well.
"""

import os
import resource
import select
import socket
import threading
import time

import http2
from backend import Backend, answer
from honest import Honest, p99
from http1 import is_ended
from outcome import check, end, wait
from own_door import Door, asked

DESCRIPTORS = 256
# How many connections there are in the largest crowd.
MANY = 10_000
MEMORY = 48 << 20
# How far the proxy may be beyond its limit between two looks at it.
SLACK = 16 << 20

RELEASE = threading.Event()


def serve(peer):
    while True:
        lines = peer.head()
        path = lines[0].split(b" ")[1]
        if path == b"/hang":
            peer.wait_for_end()
        if path == b"/deaf":
            RELEASE.wait(60)
        if path == b"/big":
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                peer.send(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        peer.body(lines)
        peer.send(answer(b"in"))


def connect(door, source=None):
    client = socket.socket()
    # So that little waits in the kernel, and much in the proxy.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(60)
    if source:
        client.bind((source, 0))
    client.connect(("127.0.0.1", door.port))
    return client


def has_news(client):
    """Whether the proxy has closed the connection, or said something first."""
    client.setblocking(False)
    try:
        client.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def memory(door):
    """What the proxy has of its own."""
    with open("/proc/%d/statm" % door.process.pid) as file:
        numbers = file.read().split()
    return (int(numbers[1]) - int(numbers[2])) * os.sysconf("SC_PAGESIZE")


def report(name, honest, quiet, more=""):
    loud = honest.mark()
    honest.stop()
    check("%s: others: %s" % (name, honest.faults[:5]), not honest.faults and loud)
    print("%s: %d requests of others, p99 %.1f ms, %.1f ms in quiet%s" % (name, len(loud), p99(loud), p99(quiet), more))


def started(door):
    honest = Honest(door)
    time.sleep(0.7)
    return honest, honest.mark()


def shares(options, backend):
    """One client that wants all descriptors."""
    door = Door(options, "shares", backend, descriptors=DESCRIPTORS)
    honest, quiet = started(door)
    idle = [connect(door) for _ in range(DESCRIPTORS)]
    wait("shares: idle connections of one client stay", lambda: sum(is_ended(one) for one in idle) > DESCRIPTORS // 4)
    for one in idle:
        one.close()
    # Each of these has a connection to the backend too.
    busy = [connect(door) for _ in range(DESCRIPTORS * 3 // 4)]
    for one in busy:
        try:
            one.sendall(b"GET /hang HTTP/1.1\r\nHost: h.test\r\n\r\n")
        except OSError:
            pass
    wait("shares: busy connections of one client stay", lambda: any(has_news(one) for one in busy))
    time.sleep(0.5)
    check("shares: all descriptors are taken", door.descriptors() < DESCRIPTORS)
    for one in busy:
        one.close()
    report("shares", honest, quiet)
    check("shares: the proxy has ended", door.process.poll() is None)
    door.stop()


def trusted(options, backend):
    """A proxy in front, which speaks for all its clients."""
    door = Door(options, "trusted", backend, descriptors=DESCRIPTORS, environment={"TRUST_DOWNSTREAM_PROXY": "127.0.0.1"})
    crowd = [connect(door) for _ in range(DESCRIPTORS * 3 // 4)]
    wait("trusted: they are not taken", lambda: door.descriptors() > len(crowd))
    check("trusted: some are closed", not any(is_ended(one) for one in crowd))
    for one in crowd:
        one.close()
    door.stop()


def thousands(options, backend):
    """Ten thousand that keep their connection, and ask once each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(MANY, hard // 2 - 1000)
    # On a busy machine it takes a while before the last one has asked.
    door = Door(options, "thousands", backend, environment={"CLIENT_HEADER_TIMEOUT": "3600"})
    before = memory(door)
    honest, quiet = started(door)
    crowd = [connect(door, "127.0.2.%d" % (n % 250 + 1)) for n in range(count)]
    wait("thousands: they are not taken", lambda: door.descriptors() > count)
    grown = memory(door) - before
    statuses = {}
    for start in range(0, count, 100):
        some = crowd[start:start + 100]
        for one in some:
            one.sendall(b"GET / HTTP/1.1\r\nHost: h.test\r\n\r\n")
        for one in some:
            status = one.recv(100)[9:12]
            statuses[status] = statuses.get(status, 0) + 1
    check("thousands: answers %s" % statuses, statuses == {b"200": count})
    report("thousands", honest, quiet, ", %d connections, %d bytes for each" % (count, grown // count))
    for one in crowd:
        one.close()
    wait("thousands: they are not forgotten", lambda: door.descriptors() < 200)
    check("thousands: the proxy has ended", door.process.poll() is None)
    door.stop()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Crowd:
    """Connections that send as much as they can, and read nothing."""

    GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR

    def __init__(self):
        self.poll = select.poll()
        self.members = {}
        self.closed = 0

    def add(self, client, piece):
        client.setblocking(False)
        self.members[client.fileno()] = client, piece
        self.poll.register(client, select.POLLRDHUP | (select.POLLOUT if piece else 0))

    def turn(self):
        for number, events in self.poll.poll(10):
            client, piece = self.members[number]
            try:
                if events & self.GONE:
                    raise OSError
                client.send(piece)
            except BlockingIOError:
                pass
            except OSError:
                self.poll.unregister(number)
                del self.members[number]
                client.close()
                self.closed += 1

    def end(self):
        for client, _ in self.members.values():
            client.close()


def chunked_upload(door):
    client = connect(door)
    client.sendall(b"POST /deaf HTTP/1.1\r\nHost: h.test\r\nTransfer-Encoding: chunked\r\n\r\n")
    return client, b"10000\r\n" + b"x" * 0x10000 + b"\r\n"


def upload_http2(door):
    """Uploads on many streams, as far as the windows let them."""
    client = http2.Client(door.port)
    frame = b"x" * 16_000
    for _ in range(5):
        stream = client.begin("/deaf", method="POST", ends=False)
        for _ in range(4):
            client.send(stream, frame)
    client.socket.setblocking(False)
    return client.socket, None


def download(door):
    client = connect(door)
    client.sendall(b"GET /big HTTP/1.1\r\nHost: h.test\r\n\r\n")
    return client, None


SAID = "Memory has come to its limit"


def read_log(door):
    with open(door.folder + "/log") as file:
        return file.read()


def flood(name, door, limit):
    """Uploads that no backend takes, and answers that no client does."""
    RELEASE.clear()
    honest, quiet = started(door)
    crowd = Crowd()
    most, count = 0, 0
    # On a busy machine it takes a while before there is too much; from then on it goes on for some seconds.
    end = time.monotonic() + 100
    has_said = False
    while time.monotonic() < end:
        if not has_said and SAID in read_log(door):
            has_said = True
            end = time.monotonic() + 4
        for kind in (download, chunked_upload, download, upload_http2):
            if len(crowd.members) < 900:
                try:
                    crowd.add(*kind(door))
                    count += 1
                except OSError:
                    pass
        crowd.turn()
        most = max(most, memory(door))
    check("%s: %d MiB" % (name, most >> 20), most < limit + SLACK)
    check("%s: nobody was in need of any, of %d" % (name, count), has_said)
    report(name, honest, quiet, ", %d connections, %d closed, %d MiB at the most" % (count, crowd.closed, most >> 20))
    RELEASE.set()
    crowd.end()
    wait("%s: it is not given back" % name, lambda: memory(door) < limit)
    check("%s: a request is not served afterwards" % name, door.get("h.test") == 200)
    check("%s: the proxy has ended" % name, door.process.poll() is None)
    door.stop()


def limited(options, backend):
    """A limit that the operator has set."""
    flood("limited", Door(options, "limited", backend, arguments=["--memory-limit", "%dm" % (MEMORY >> 20), "--drain-timeout", "1"],
                          directives="client_max_body_size 0;"), MEMORY)


def make_group(limit):
    """A control group below that of this process; None where none can be had."""
    with open("/proc/self/cgroup") as file:
        lines = [line.strip().split(":", 2) for line in file]
    for _, controllers, path in lines:
        is_first = "memory" in controllers.split(",")
        if not is_first and controllers:
            continue
        folder = "/sys/fs/cgroup%s%s/portico-%d" % ("/memory" if is_first else "", path, os.getpid())
        try:
            os.mkdir(folder)
            with open(folder + ("/memory.limit_in_bytes" if is_first else "/memory.max"), "w") as file:
                file.write(str(limit))
            return folder
        except OSError:
            if os.path.isdir(folder):
                os.rmdir(folder)
    return None


def grouped(options, backend):
    """The limit of a container, beyond which the kernel ends a process: Portico finds it by itself."""
    group = make_group(MEMORY + (32 << 20))
    if not group:
        return
    try:
        flood("grouped", Door(options, "grouped", backend, arguments=["--drain-timeout", "1"],
                              directives="client_max_body_size 0;", group=group), MEMORY)
        with open(group + ("/memory.events" if os.path.exists(group + "/memory.events") else "/memory.oom_control")) as file:
            killed = [line.split()[1] for line in file if line.startswith("oom_kill ")]
        check("grouped: the kernel has ended something", killed == ["0"])
    finally:
        wait("grouped: the group is not empty", lambda: not open(group + "/cgroup.procs").read())
        os.rmdir(group)


def main():
    options = asked()
    backend = Backend(None, serve, backlog=1024).port
    parts = [shares, trusted, thousands, limited, grouped]
    for part in parts:
        # How fast memory fills, and how much of it, is up to the machine, so that these two are only for who asks for them by name.
        if part.__name__ in options.names or not options.names and part not in (limited, grouped):
            part(options, backend)
    end("crowds")


if __name__ == "__main__":
    main()
