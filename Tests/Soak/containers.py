"""Containers that come and go: a stand-in for a Docker engine, and applications of this process for what runs on it."""

import collections
import json
import re
import time

from application import Application
from engine import Engine


class Host(Engine):
    """The engine. Its containers use the network of the machine, since that is where their applications are."""

    def __init__(self, path, ledger):
        super().__init__(path)
        self.ledger = ledger
        self.count = 0
        # What was told lately, for those who were not listening just then.
        self.told = collections.deque(maxlen=1000)

    def send(self, octets):
        with self.lock:
            self.told.append((time.time(), octets))
            for stream in self.streams:
                self._tell(stream, octets)

    @staticmethod
    def _tell(stream, octets):
        try:
            stream.sendall(b"%x\r\n" % len(octets) + octets + b"\r\n")
        except OSError:
            pass

    def _answer(self, peer, path):
        if not path.startswith("/events"):
            return super()._answer(peer, path)
        since = float(re.search(r"since=([0-9.]+)", path)[1])
        with self.lock:
            peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for when, octets in self.told:
                if when >= since:
                    self._tell(peer, octets)
            self.streams.append(peer)
        return "keeps"

    def begin(self, host, environment=(), name=None):
        """Starts a container with an application of its own, and tells of it."""
        with self.lock:
            self.count += 1
            # Identifiers are as long as real ones, and never come twice.
            identifier = "%064x" % (0x50A4 << 200 | self.count)
        application = Application(name or identifier[-8:], self.ledger)
        container = Container(self, identifier, application)
        lines = ["VIRTUAL_HOST=" + host, "VIRTUAL_PORT=%d" % application.port, *environment]
        self.run(identifier, host, tells=False, Config={"Env": lines, "ExposedPorts": {}},
                 HostConfig={"NetworkMode": "host"}, NetworkSettings={"Networks": {"host": {}}})
        self.tell("start", identifier)
        return container

    def tell(self, action, identifier, **attributes):
        event = {"status": action, "id": identifier, "Type": "container", "Action": action,
                 "Actor": {"ID": identifier, "Attributes": {"image": "soak", **attributes}}}
        self.send(json.dumps(event).encode() + b"\n")

    def forget(self, identifier):
        with self.lock:
            self.containers.pop(identifier, None)
        self.tell("die", identifier, exitCode="0")
        self.tell("destroy", identifier)


class Container:
    def __init__(self, engine, identifier, application):
        self.engine, self.identifier, self.application = engine, identifier, application
        self.name = application.name

    def terminate(self):
        """What `docker stop` does first: the application goes on with what it has, and a proxy should send no more."""
        self.engine.tell("kill", self.identifier, signal="15")

    def end(self):
        """The process is gone, and the engine says so."""
        self.application.stop()
        self.engine.forget(self.identifier)
