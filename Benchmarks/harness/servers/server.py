"""What all proxies have in common: files, ports, start and stop."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass

from .. import machine


class StartFailed(Exception):
    """The proxy does not run, or does not answer."""


@dataclass(frozen=True)
class Host:
    """A virtual host: its name, the port of its backend on 127.0.0.1, and its password file."""

    name: str
    backend: int
    passwords: str | None = None


@dataclass(frozen=True)
class Setup:
    """What every proxy of a run is given."""

    folder: str
    certificate: str
    key: str
    workers: int
    logs: bool
    descriptors: int


class Server:
    """A proxy that does the bench's job; the README says what that is."""

    name = ""
    # The kinds of password hashes that it can check.
    hashes = frozenset()
    # Cases that it cannot take part in, and why.
    absent = {}
    stop_signal = signal.SIGTERM
    # Seconds that it may take to end.
    stop_patience = 2

    def __init__(self, setup, tls_port, plain_port):
        self.setup = setup
        self.tls_port = tls_port
        self.plain_port = plain_port
        self.folder = f"{setup.folder}/servers/{self.name}"
        self.process = None
        self.start_seconds = 0.0
        self._installed = {}

    # What each proxy says of itself.

    @classmethod
    def version(cls):
        """Name and version; None where it is not installed."""
        raise NotImplementedError

    def configuration(self, hosts):
        """Its files, by their names in its folder."""
        raise NotImplementedError

    def command(self):
        """What starts it, in the foreground."""
        raise NotImplementedError

    def environment(self):
        """Variables for its process."""
        return {}

    def reload(self):
        """Makes it take the files that were just written."""
        self.process.send_signal(signal.SIGHUP)

    # What is the same for all.

    def install(self, files):
        """Writes those files that differ from what stands there, each in one step."""
        for name, text in files.items():
            if self._installed.get(name) == text:
                continue
            path = f"{self.folder}/{name}"
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path + "~", "w") as file:
                file.write(text)
            os.rename(path + "~", path)
            self._installed[name] = text

    def start(self, hosts, patience=60):
        """Starts it, and waits until the last of the hosts answers."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self._installed = {}
        self.install(self.configuration(hosts))
        for port in (self.tls_port, self.plain_port):
            if _is_taken(port):
                raise StartFailed(f"port {port} is taken; --port moves all ports of the bench")
        began = time.monotonic()
        with open(f"{self.folder}/output", "w") as output:
            self.process = subprocess.Popen(
                self.command(), env={**os.environ, **self.environment()}, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, cwd=self.folder, start_new_session=True,
            )
        reason = "no answer"
        while time.monotonic() - began < patience:
            if self.process.poll() is not None:
                reason = f"it ended with {self.process.returncode}"
                break
            try:
                status = self.status(hosts[-1].name)
                if status == 200 or (status == 401 and hosts[-1].passwords):
                    self.start_seconds = time.monotonic() - began
                    return
                reason = f"status {status}"
            except OSError as error:
                reason = str(error)
            time.sleep(0.002)
        with open(f"{self.folder}/output") as output:
            said = output.read()[-400:]
        self.stop()
        raise StartFailed(f"{self.name} does not serve: {reason}. {said}")

    def status(self, host):
        """The status of a GET on a new connection over TLS."""
        with socket.create_connection(("127.0.0.1", self.tls_port), timeout=10) as plain:
            with _client_context.wrap_socket(plain, server_hostname=host) as connection:
                request = f"GET / HTTP/1.1\r\nHost: {host}:{self.tls_port}\r\nConnection: close\r\n\r\n"
                connection.sendall(request.encode())
                line = connection.recv(4096)[:12]
        return int(line[9:12]) if line[9:12].isdigit() else 0

    def stop(self):
        """Ends it and all its processes."""
        if not self.process:
            return
        pids = self.pids()
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(self.stop_patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pid in pids[1:]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process = None
        for port in (self.tls_port, self.plain_port):
            for _ in range(200):
                if not _is_taken(port):
                    break
                time.sleep(0.01)

    def pids(self):
        return machine.process_tree(self.process.pid)

    def processor_seconds(self):
        return machine.processor_seconds(self.pids())

    def memory(self):
        return machine.proportional_memory(self.pids())


def output(*command):
    """What a program says on both of its outputs; None where it is not installed."""
    if not shutil.which(command[0]):
        return None
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout.strip()


def _is_taken(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


_client_context = ssl.create_default_context()
_client_context.check_hostname = False
_client_context.verify_mode = ssl.CERT_NONE
