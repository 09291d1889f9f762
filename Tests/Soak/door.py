"""The proxy under load: its files, its processes, and what they hold."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

TAKEN_OVER = re.compile(r" info Process (\d+) has taken over")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Door:
    def __init__(self, program, folder, workers, drain):
        self.program, self.folder, self.workers, self.drain = program, folder, workers, drain
        self.http, self.https = free_port(), free_port()
        self.control = os.path.join(folder, "control.sock")
        self.log, self.access_log = os.path.join(folder, "portico.log"), os.path.join(folder, "access.log")
        for part in ("certs", "vhost.d", "passwords"):
            os.makedirs(os.path.join(folder, part))
        self.process = None
        # The processes that have served, in order.
        self.servers = []
        # Held while nothing else may change: a server does not let itself be replaced while a file is broken.
        self.calm = threading.RLock()

    def start(self, engine):
        command = [
            self.program, "serve", "--http", "127.0.0.1:%d" % self.http, "--https", "127.0.0.1:%d" % self.https,
            "--certs", self.folder + "/certs", "--vhosts", self.folder + "/vhost.d", "--passwords", self.folder + "/passwords",
            "--docker", "unix://" + engine, "--control", self.control, "--access-log", self.access_log,
            "--workers", str(self.workers), "--drain-timeout", str(self.drain)]
        environment = {**os.environ, "HTTPS_METHOD": "noredirect", "CLIENT_HEADER_TIMEOUT": "12",
                       "HTTP_PORT": str(self.http), "HTTPS_PORT": str(self.https)}
        output = open(self.log, "ab")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)
        self.servers = [self.process.pid]
        deadline = time.monotonic() + 60
        while not self.is_healthy():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The proxy does not serve:\n" + self.said())
            time.sleep(0.02)

    # Files

    def write(self, path, text):
        """Replaces a file in one step."""
        whole = os.path.join(self.folder, path)
        with open(whole + ".new", "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.replace(whole + ".new", whole)

    def tool(self, *arguments, text=None):
        subprocess.run([self.program, *arguments], input=text, text=True, check=True, capture_output=True, timeout=60)

    def certificate(self, name, *more):
        self.tool("cert", "self-signed", name, *more, "--certs", self.folder + "/certs", "--force")

    def password(self, host, user, password, algorithm="sha512"):
        self.tool("passwd", "set", host, user, "--password-stdin", "--algorithm", algorithm,
                  "--passwords", self.folder + "/passwords", text=password + "\n")

    def no_user(self, host, user):
        self.tool("passwd", "remove", host, user, "--passwords", self.folder + "/passwords")

    # What it says

    def said(self, since=0):
        with open(self.log, "rb") as file:
            file.seek(since)
            return file.read().decode(errors="replace")

    def said_size(self):
        return os.path.getsize(self.log)

    def ask(self, path):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(20)
            client.connect(self.control)
            client.sendall(b"GET %s HTTP/1.1\r\nHost: portico\r\nConnection: close\r\n\r\n" % path.encode())
            received = b""
            while octets := client.recv(1 << 17):
                received += octets
        return received

    def is_healthy(self):
        try:
            return self.ask("/health").startswith(b"HTTP/1.1 200 ")
        except OSError:
            return False

    def backends(self, host):
        """The ports of the backends of a host, as the server tells it; None where a server just hands over."""
        try:
            said = self.ask("/routes")
        except OSError:
            return None
        if not said.startswith(b"HTTP/1.1 200 "):
            return None
        report = json.loads(said.partition(b"\r\n\r\n")[2])
        return {int(backend["address"].rpartition(":")[2]) for one in report["hosts"] if one["name"] == host
                for location in one["locations"] for backend in location["backends"]}

    # Its processes

    @property
    def server(self):
        return self.servers[-1]

    def signal(self, number):
        os.kill(self.server, number)

    def take_over(self, within=90):
        """Has a new process take over; how long that took. Raises where it does not."""
        since, begun = self.said_size(), time.monotonic()
        self.signal(signal.SIGUSR2)
        while True:
            said = self.said(since)
            found = TAKEN_OVER.search(said)
            if found and "Took over from the server before" in said:
                self.servers.append(int(found[1]))
                return time.monotonic() - begun
            if "and this one serves on" in said or time.monotonic() - begun > within:
                raise RuntimeError("nobody has taken over: " + said[-2000:])
            time.sleep(0.02)

    def is_refused_takeover(self, within=90):
        """Whether a new process is refused while a file is broken."""
        since, begun = self.said_size(), time.monotonic()
        self.signal(signal.SIGUSR2)
        while time.monotonic() - begun < within:
            said = self.said(since)
            if found := TAKEN_OVER.search(said):
                self.servers.append(int(found[1]))
                return False
            if "and this one serves on" in said:
                return True
            time.sleep(0.02)
        return False

    def processes(self):
        """All processes of the proxy that are there, by number, with their part and the server that they belong to."""
        found = {}
        for server in self.servers:
            if is_running(server):
                found[server] = ("server", server)
                waiting = [server]
                while waiting:
                    for child in children(waiting.pop()):
                        part = name(child)
                        if part in ("portico-monitor", "portico-docker") and child not in found:
                            found[child] = (part.removeprefix("portico-"), server)
                            waiting.append(child)
        return found

    def kill(self):
        for process in list(self.processes()):
            try:
                os.kill(process, signal.SIGKILL)
            except OSError:
                pass


def is_running(process):
    try:
        with open("/proc/%d/stat" % process) as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def name(process):
    try:
        with open("/proc/%d/comm" % process) as file:
            return file.read().strip()
    except OSError:
        return ""


def children(process):
    found = []
    try:
        for task in os.listdir("/proc/%d/task" % process):
            with open("/proc/%d/task/%s/children" % (process, task)) as file:
                found += [int(number) for number in file.read().split()]
    except OSError:
        pass
    return found
