"""A proxy that a driver starts for itself."""

import argparse
import os
import resource
import socket
import subprocess

from http1 import Client
from outcome import wait


def asked():
    """What a driver that starts proxies of its own was started with."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--portico", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("names", nargs="*")
    return parser.parse_args()


class Door:
    """A proxy of one worker."""

    def __init__(self, options, name, backend, logs=None, descriptors=None, arguments=(), environment={}, directives="",
                 group=None):
        self.directives = directives
        self.folder = os.path.join(options.folder, name)
        for part in ("certs", "vhost.d", "passwords"):
            os.makedirs(os.path.join(self.folder, part))
        self.backend = backend
        self.configure("h.test")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.control = self.folder + "/control.sock"
        command = [options.portico, "serve", "--http", "127.0.0.1:%d" % self.port, "--https", "off", "--docker", "none",
                   "--workers", "1", "--control", self.control, "--certs", self.folder + "/certs",
                   "--vhosts", self.folder + "/vhost.d", "--passwords", self.folder + "/passwords",
                   "--access-log", logs or "off", *arguments]
        self.output = open(self.folder + "/log", "wb")

        def limit():
            if group:
                with open(group + "/cgroup.procs", "w") as file:
                    file.write("0")
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        self.process = subprocess.Popen(command, stdout=self.output, stderr=self.output, preexec_fn=limit,
                                        env=dict(os.environ, **environment))
        wait("the proxy does not serve", lambda: self.get("h.test") == 200, 30)

    def configure(self, host):
        with open(os.path.join(self.folder, "vhost.d", host), "w") as file:
            file.write("location / { proxy_pass http://127.0.0.1:%d; %s }\n" % (self.backend, self.directives))

    def get(self, host, client=None):
        """The status of a request, over a connection of its own unless there is one; 0 where there is none."""
        try:
            asker = client or Client(self.port)
        except OSError:
            return 0
        asker.send(b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % host.encode())
        got = asker.answer()
        if not client:
            asker.close()
        return got.status if got is not None and not got.fault else 0

    def seconds(self):
        with open("/proc/%d/stat" % self.process.pid) as file:
            numbers = file.read().rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def says_health(self):
        """Whether the control socket answers."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(self.control)
                client.sendall(b"GET /health HTTP/1.1\r\nHost: portico\r\n\r\n")
                return client.recv(100).startswith(b"HTTP/1.1 200 ")
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
