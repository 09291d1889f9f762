"""A Docker engine that is gone, hangs, or says what no engine says, before a proxy that must find its containers all the same.

engine.py --portico PROGRAM --folder FOLDER

Starts some proxies at once, each with an engine of its own, which this program is, and asks them for their routes. Whatever an
engine has done: a container that it tells of honestly is found soon, and those that were known stay meanwhile.

A line for each case that goes wrong, and the numbers; the exit status is 0 where all went well.
"""

import json
import os
import socket
import subprocess
import threading
import time

from outcome import end
from own_door import asked


class Engine:
    """
    Serves the API as far as it is asked for.

    `odd` says what is done in place of an answer, by what the path begins with: octets are sent, `hang` sends nothing.
    """

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.containers, self.odd, self.streams, self.asked = {}, {}, [], []
        self.listener = None

    def start(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(64)
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        """Ends as an engine that is killed."""
        os.unlink(self.path)
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def cut(self):
        """Ends all streams of events."""
        with self.lock:
            streams, self.streams = self.streams, []
        for stream in streams:
            try:
                stream.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self, listener):
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        try:
            received = b""
            while True:
                while b"\r\n\r\n" not in received:
                    octets = peer.recv(65536)
                    if not octets:
                        return
                    received += octets
                head, _, received = received.partition(b"\r\n\r\n")
                path = head.split(b" ")[1].decode()
                path = path[path.index("/", 1):] if path.startswith("/v1.") else path
                if self._answer(peer, path) == "keeps":
                    while peer.recv(65536):
                        pass
                    return
        except OSError:
            pass
        finally:
            peer.close()

    def _answer(self, peer, path):
        with self.lock:
            odd = next((what for start, what in self.odd.items() if path.startswith(start)), None)
        try:
            if odd == "hang":
                return "keeps"
            if odd is not None:
                peer.sendall(odd)
                peer.shutdown(socket.SHUT_WR)
                return "keeps"
            if path.startswith("/events"):
                peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                with self.lock:
                    self.streams.append(peer)
                return "keeps"
            peer.sendall(self._document(path))
        finally:
            with self.lock:
                self.asked.append(path)

    def _document(self, path):
        with self.lock:
            if path.startswith("/version"):
                return answer({"Version": "28.2.2", "ApiVersion": "1.50"})
            if path.startswith("/networks"):
                return answer([])
            if path.startswith("/containers/json"):
                return answer([{"Id": name} for name in self.containers])
            container = self.containers.get(path.split("/")[2])
            return answer(container) if container else answer({"message": "No such container"}, b"404 Not Found")

    def run(self, name, host, tells=True, **more):
        """Adds a container, and tells of it."""
        with self.lock:
            self.containers[name] = {
                "Id": name, "Name": "/" + name, "Created": "2026-01-31T12:00:00Z",
                "State": {"Running": True, "StartedAt": "2026-01-31T12:00:00Z"},
                "Config": {"Env": ["VIRTUAL_HOST=" + host], "ExposedPorts": {"80/tcp": {}}},
                "NetworkSettings": {"Networks": {"front": {"IPAddress": "172.18.0.2", "Gateway": "172.18.0.1"}}}, **more}
        if tells:
            self.send(event("start", name))

    def send(self, octets, chunk=60000):
        """Sends octets to every stream of events."""
        with self.lock:
            streams = list(self.streams)
        for stream in streams:
            try:
                for start in range(0, len(octets), chunk):
                    piece = octets[start:start + chunk]
                    stream.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")
            except OSError:
                pass


def answer(document, status=b"200 OK"):
    body = json.dumps(document).encode()
    return b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def event(action, name):
    return json.dumps({
        "status": action, "id": name, "Type": "container", "Action": action,
        "Actor": {"ID": name, "Attributes": {"image": "x"}}}).encode() + b"\n"


def http(body, head=b"HTTP/1.1 200 OK"):
    return head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


# What stands in place of an answer.
ODDITIES = {
    "nothing": b"",
    "what is no HTTP": b"\x00\xffgarbage\r\n\r\n",
    "500": http(b"{}", b"HTTP/1.1 500 Internal Server Error"),
    "an empty body": http(b""),
    "null": http(b"null"),
    "a number": http(b"7"),
    "an empty object": http(b"{}"),
    "an empty array": http(b"[]"),
    "what is no JSON": http(b"{\"Id\": "),
    "fields of other types": http(b'{"Id": 7, "ApiVersion": [], "Config": "x", "State": [1], "NetworkSettings": {"Networks": 5}}'),
    "elements of other types": http(b'[null, 7, "x", {"Id": null}, {"Id": 5}, []]'),
    "brackets without an end": http(b"[" * 200000),
    "text that is no UTF-8": http(b'[{"Id": "\xff\xfe\x80"}]'),
    "a length that is too long": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[]",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]",
    "a chunk that is none": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n",
    "a number of a thousand digits": http(b'{"ApiVersion": "1.' + b"9" * 1000 + b'", "Id": ' + b"9" * 1000 + b"}"),
}

# Those that are sent in place of the answers without which the proxy begins anew.
LOSING = ("nothing", "what is no HTTP", "500", "fields of other types", "brackets without an end", "a chunk that is none")

EVENTS = (
    b"garbage\n", b"{}\n", b"null\n", b"[]\n", b"7\n", b'"start"\n', b"{\"id\": 7, \"Type\": [], \"Action\": {}}\n", b"\x00\n", b"\xff\xfe\n",
    b"{\"Type\": \"container\"}\n", b'{"Type":"container","Action":"start","Actor":{"ID":""}}\n',
    b'{"Type":"container","Action":"start","Actor":{"ID":"../../version"}}\n',
    b'{"Type":"container","Action":"start","Actor":{"ID":"x y\\r\\nHost: z"}}\n',
    b'{"Type":"container","Action":"start","Actor":null}\n', b"[" * 5000 + b"\n", b"]\n", b"}\n", b'{"a": "unended\n"}\n',
    b'{"Type":"network","Action":"connect","Actor":{"ID":"n","Attributes":{"container":7}}}\n',
    b'{"Type":"container","Action":"exec_create: sh","Actor":{"ID":"old"}}\n',
)

# Values of VIRTUAL_HOST that must neither become a host nor spoil others.
HOSTILE_HOSTS = (
    "", " ", "a b", "a\nb.test", "a;b", "{", "}", "$host", "../x", "a/b", "~", "~(", "~(a+)+$", "~" + "(a|a)*" * 50, "*", "*.*", "a..b",
    ".".join(["a" * 60] * 10), "x" * 5000, ",,,,", "a.test\r\nb.test", "\x00", "known.test; return 200", "-", "_", "[::1]", "known.test/x",
    "`id`", "%0a", "\u202etest",
)


class Door:
    """A proxy, as its control socket shows it."""

    def __init__(self, program, folder):
        self.path, self.engine = folder + "/control.sock", folder + "/docker.sock"
        self.log = open(folder + "/log", "wb")
        for name in ("certs", "vhost.d", "passwords"):
            os.makedirs(os.path.join(folder, name))
        command = [program, "serve", "--http", "127.0.0.1:0", "--https", "off", "--workers", "1", "--access-log", "off",
                   "--docker", "unix://" + self.engine, "--control", self.path, "--certs", folder + "/certs",
                   "--vhosts", folder + "/vhost.d", "--passwords", folder + "/passwords"]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        self.pid = self.process.pid

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def hosts(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(20)
            client.connect(self.path)
            client.sendall(b"GET /routes HTTP/1.1\r\nHost: portico\r\nConnection: close\r\n\r\n")
            received = b""
            while octets := client.recv(1 << 17):
                received += octets
        report = json.loads(received.partition(b"\r\n\r\n")[2])
        return {host["name"] for host in report.get("hosts", ())}

    def finds(self, host, within=20):
        deadline = time.monotonic() + within
        while True:
            try:
                if host in self.hosts():
                    return True
            except OSError:
                # It has not begun to serve yet.
                pass
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)

    def seconds(self):
        """The processor time of the process and of those that it has started."""
        total = 0
        for pid in [self.pid] + children(self.pid):
            try:
                with open("/proc/%d/stat" % pid) as file:
                    numbers = file.read().rpartition(")")[2].split()
                total += int(numbers[11]) + int(numbers[12])
            except OSError:
                pass
        return total / os.sysconf("SC_CLK_TCK")


def children(pid):
    found = []
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/children" % (pid, task)) as file:
            found += [int(number) for number in file.read().split()]
    return found


class Trial:
    """Tells honest news behind each case, and expects them to be known."""

    def __init__(self, engine, door):
        self.engine, self.door = engine, door
        self.cases, self.failed = 0, []

    def settle(self, name, within=20, tells=True):
        """The news that a case is followed by."""
        self.cases += 1
        host = "case-%d.test" % self.cases
        self.engine.run("honest%d" % self.cases, host, tells)
        if not self.door.finds(host, within):
            self.failed.append("%s: an honest container is not found" % name)
        elif "known.test" not in self.door.hosts():
            self.failed.append("%s: the known host is gone" % name)

    def wait(self, condition, what, within=15):
        deadline = time.monotonic() + within
        while not condition():
            if time.monotonic() > deadline:
                self.failed.append("not seen: " + what)
                return
            time.sleep(0.005)

    def was_asked(self, start):
        with self.engine.lock:
            return any(path.startswith(start) for path in self.engine.asked)

    def watched(self):
        """Waits until the proxy listens to events."""
        self.wait(lambda: self.engine.streams, "a stream of events")

    def odd_answers(self, start):
        """What makes the proxy connect anew, each time a little later."""
        for name in LOSING:
            with self.engine.lock:
                self.engine.odd = {start: ODDITIES[name], "/networks": ODDITIES[name]}
                self.engine.asked.clear()
            self.engine.cut()
            self.wait(lambda: self.was_asked(start), "a question for %s" % start)
            with self.engine.lock:
                del self.engine.odd[start]
            # What the list has told must not need an event. A version that cannot be understood is no reason to connect
            # anew, so that the list may have been told before the container is there.
            self.settle("%s in place of %s" % (name, start), tells=start == "/version")

    def odd_inspections(self):
        for name, octets in ODDITIES.items():
            self.watched()
            with self.engine.lock:
                self.engine.odd = {"/containers/odd": octets}
                self.engine.asked.clear()
            self.engine.run("odd%d" % self.cases, "odd-%d.test" % self.cases)
            self.wait(lambda: self.was_asked("/containers/odd"), "an inspection")
            self.settle("%s in place of an inspection" % name)
        with self.engine.lock:
            self.engine.odd = {}

    def odd_events(self):
        for octets in EVENTS:
            self.watched()
            self.engine.send(octets)
            self.settle("event %r" % octets[:60])
        self.watched()
        self.engine.send(b'{"Type":"container","Action":"start","Actor":{"ID":"' + b"x" * (4 << 20) + b'"}}\n')
        self.settle("an event of 4 MiB")
        self.watched()
        self.engine.send(b"x" * (8 << 20))
        self.engine.send(b"\n")
        self.settle("a line of 8 MiB")
        self.watched()
        for octet in event("start", "nobody"):
            self.engine.send(bytes((octet,)))
        self.settle("an event octet by octet")

    def vanished(self):
        self.watched()
        before = self.door.seconds()
        self.engine.send(b"".join(event(action, "gone%05d" % number) for number in range(5000) for action in ("start", "die")))
        self.settle("10,000 events of containers that have vanished", within=30)
        print("10,000 events of containers that have vanished: %.1f s of processor time" % (self.door.seconds() - before))

    def hangs(self):
        self.watched()
        with self.engine.lock:
            self.engine.odd = {"/containers/slow": "hang"}
        self.engine.run("slow", "slow.test")
        self.settle("an inspection that hangs")
        with self.engine.lock:
            self.engine.odd = {}
        if not self.door.finds("slow.test", 20):
            self.failed.append("a container whose inspection has hung is not found afterwards")
        with self.engine.lock:
            self.engine.odd = {"/containers/json": "hang"}
            self.engine.asked.clear()
        self.engine.cut()
        self.wait(lambda: self.was_asked("/containers/json"), "a question for the list")
        with self.engine.lock:
            self.engine.odd = {}
        self.settle("a list that hangs", within=20, tells=False)

    def hostile_hosts(self):
        for number, host in enumerate(HOSTILE_HOSTS):
            self.watched()
            self.engine.run("hostile%d" % number, host)
            self.settle("VIRTUAL_HOST %r" % host[:40])

    def restarts(self):
        for number in range(2):
            self.engine.stop()
            time.sleep(0.05)
            if "known.test" not in self.door.hosts():
                self.failed.append("an engine that is gone: the known host is gone too")
            self.engine.start()
            self.settle("restart %d" % number, tells=False)


# What each proxy goes through, one after the other.
PROGRAMMES = (
    (Trial.restarts, Trial.odd_events, Trial.odd_inspections, Trial.vanished, Trial.hostile_hosts),
    (Trial.hangs,), *(((lambda trial, start=start: trial.odd_answers(start)),) for start in ("/version", "/events", "/containers/json")))


def run(number, programme, options, trials):
    folder = os.path.join(options.folder, "engine-%d" % number)
    os.makedirs(folder)
    door = Door(options.portico, folder)
    engine = Engine(door.engine)
    trial = Trial(engine, door)
    trials.append(trial)
    try:
        # The proxy is there before its engine.
        time.sleep(0.3)
        engine.run("known", "known.test", tells=False)
        engine.start()
        trial.settle("an engine that comes late", within=30, tells=False)
        for part in programme:
            part(trial)
    except Exception as error:
        trial.failed.append("programme %d: %r" % (number, error))
    finally:
        if door.process.poll() is not None:
            trial.failed.append("the proxy has ended with %s" % door.process.poll())
        door.stop()


def main():
    options = asked()
    trials = []
    threads = [threading.Thread(target=run, args=(number, programme, options, trials))
               for number, programme in enumerate(PROGRAMMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = [line for trial in trials for line in trial.failed]
    end("%d cases" % sum(trial.cases for trial in trials), failed)


if __name__ == "__main__":
    main()
