"""One bench: certificate, password files, backends, and a window of measurement."""

import atexit
import os
import subprocess
import time

from . import machine
from .programs import Client
from .servers.server import Host, Setup

GIB = 1 << 30
LOGIN = "bench:secret"
TOOLS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools")


class Bench:
    """What all cases share. Its files are in the folder, which is made where it is not there."""

    def __init__(self, folder, first_port, workers, seconds, size, logs):
        self.folder = folder
        self.seconds = seconds
        self.size = size
        self.first_port = first_port
        self.backend_port = first_port + 900
        # The virtual hosts' own backends: below the kernel's range for outgoing connections.
        self.host_ports = range(20000, 30000)
        os.makedirs(folder, exist_ok=True)
        self._compile("backend", "backend.c")
        self._compile("client", "client.c", "connection.c", "http2.c", libraries=("-lssl", "-lcrypto", "-lpthread"))
        self.client = Client(f"{folder}/client")
        self.setup = Setup(
            folder=folder, certificate=f"{folder}/certificate.crt", key=f"{folder}/certificate.key", workers=workers,
            logs=logs, descriptors=machine.raise_descriptor_limit(),
        )
        self._make_certificate()
        self.passwords = {}
        self._backends = []

    def ports(self, number):
        """The ports of the server with this number: TLS and plain."""
        return self.first_port + 10 * number, self.first_port + 10 * number + 1

    def start_backends(self, with_hosts):
        """Starts the backends that the cases need."""
        commands = [[str(self.backend_port)]]
        if with_hosts:
            # Several processes, so that each stays below the limit of open files.
            quarter = len(self.host_ports) // 4
            for first in self.host_ports[::quarter]:
                commands.append([f"{first}-{first + quarter - 1}"])
        for ports in commands:
            backend = subprocess.Popen([f"{self.folder}/backend", *ports], stdout=subprocess.PIPE, text=True)
            atexit.register(backend.kill)
            if backend.stdout.readline() != "READY\n":
                raise SystemExit(f"bench: the backend cannot open {', '.join(ports)}; --port moves the first")
            self._backends.append(backend)

    def stop_backends(self):
        for backend in self._backends:
            backend.kill()
            backend.wait()
        self._backends = []

    def backend_seconds(self):
        return machine.processor_seconds([backend.pid for backend in self._backends])

    def main_host(self):
        return Host("localhost", self.backend_port)

    def hosts(self, count):
        """So many virtual hosts with a backend port each."""
        return [Host(f"v{number}.localhost", self.host_ports[number]) for number in range(count)]

    def password_file(self, kind):
        """A file with the login's user, hashed in this way."""
        path = f"{self.folder}/passwords-{kind}"
        if kind not in self.passwords:
            user, password = LOGIN.split(":")
            command = {
                "apr1": ["openssl", "passwd", "-apr1", password],
                "sha512": ["openssl", "passwd", "-6", password],
                "bcrypt": ["htpasswd", "-nbBC", "10", user, password],
            }[kind]
            hashed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
            with open(path, "w") as file:
                file.write(hashed if kind == "bcrypt" else f"{user}:{hashed}")
                file.write("\n")
            self.passwords[kind] = path
        return path

    def new_logins(self):
        """Logins of many users with one password."""
        return [f"user{number}:{LOGIN.partition(':')[2]}" for number in range(2000)]

    def new_users_file(self):
        """A file with all of them, hashed by bcrypt: each is hashed anew, although the hashes are equal."""
        with open(self.password_file("bcrypt")) as file:
            hashed = file.read().partition(":")[2]
        path = f"{self.folder}/passwords-new"
        with open(path, "w") as file:
            file.writelines(f"{login.partition(':')[0]}:{hashed.strip()}\n" for login in self.new_logins())
        return path

    def upload_file(self, size):
        """What h2load sends: a file in memory, of this size."""
        path = f"/dev/shm/portico-bench-{size}"
        if not os.path.exists(path):
            with open(path, "wb") as file:
                file.truncate(size)
            atexit.register(os.remove, path)
        return path

    def window(self, server):
        """Measures what happens inside of `with`."""
        return Window(self, server)

    def _compile(self, name, *sources, libraries=()):
        program = f"{self.folder}/{name}"
        sources = [os.path.join(TOOLS, source) for source in sources]
        headers = [os.path.join(TOOLS, file) for file in os.listdir(TOOLS) if file.endswith(".h")]
        newest = max(os.path.getmtime(source) for source in sources + headers)
        if not os.path.exists(program) or os.path.getmtime(program) < newest:
            command = ["cc", "-O2", "-g", "-std=gnu11", "-Wall", "-Wextra", "-o", program, *sources, *libraries]
            subprocess.run(command, check=True)

    def _make_certificate(self):
        if os.path.exists(self.setup.certificate):
            return
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
             "3650", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1",
             "-keyout", self.setup.key, "-out", self.setup.certificate],
            check=True, stderr=subprocess.DEVNULL,
        )


class Window:
    """Processor time of a server and of others between enter and exit."""

    def __init__(self, bench, server):
        self._bench, self._server = bench, server

    def __enter__(self):
        self._began = time.monotonic()
        self._before = self._times()
        return self

    def __exit__(self, *_):
        took = time.monotonic() - self._began
        server, ours, busy = (after - before for after, before in zip(self._times(), self._before))
        self.seconds = server
        self.others = max(0.0, busy - server - ours) / took / os.cpu_count()

    def _times(self):
        ours = self._bench.backend_seconds() + machine.children_seconds()
        return self._server.processor_seconds(), ours, machine.busy_seconds()
