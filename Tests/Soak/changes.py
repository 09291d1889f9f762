"""What an operator does meanwhile: containers, certificates, passwords, settings, logs, new versions. Each must show within a bound."""

import hashlib
import os
import signal
import socket
import ssl
import threading
import time

from clients import basic, check, head
from http1 import trusting
from ledger import demand, settles


class Rotation:
    """A host whose containers replace each other while clients ask it all the time, and must not notice."""

    HOST = "rolling.soak.test"

    def __init__(self, web, engine):
        self.web, self.engine = web, engine
        self.running = [engine.begin(self.HOST, name="rolling")]
        settles(self.look, (200, b"rolling"), [(503, None)])

    def look(self):
        answer = self.web.ask(self.HOST, "/small")
        return answer.status, answer.body if answer.status == 200 else None

    def roll(self, chance):
        """The next one begins, the old one is told to stop and gone when it has nothing to do any more."""
        new = self.engine.begin(self.HOST, name="rolling")
        begun = time.monotonic()
        self._until({one.application.port for one in self.running} | {new.application.port})
        # What a server knows, another one that takes over just now may learn a moment later.
        time.sleep(1)
        for old in self.running:
            old.terminate()
        self._until({new.application.port})
        self.web.ledger.waited("a container in the place of another", time.monotonic() - begun)
        # What was sent to it before that may still be on its way there, and each worker learns of it by itself.
        time.sleep(2)
        for old in self.running:
            old.application.wait_until_idle()
            old.end()
        self.running = [new]

    def _until(self, ports, within=60):
        begun, seen = time.monotonic(), None
        while seen != ports:
            demand(time.monotonic() - begun < within, "backends after %d s:" % within, seen, ports)
            time.sleep(0.01)
            seen = self.web.door.backends(self.HOST)

    def client(self, chance):
        answer = self.web.whole(self.HOST, "/slow/100" if chance.random() < 0.2 else "/small", chance.random() < 0.5)
        demand(answer.body == b"rolling", "the answer of another", answer)

    def stop(self):
        for one in self.running:
            one.end()


class Comings:
    """A host that appears, moves, and vanishes. At each moment it is known what it may answer."""

    def __init__(self, web, engine, number):
        self.web, self.engine = web, engine
        self.host = "guest-%d.soak.test" % number
        self.running, self.all = None, []

    def look(self):
        answer = self.web.ask(self.host, "/small")
        return answer.status, answer.body.decode() if answer.status == 200 else None

    def waited(self, what, *arguments):
        self.web.ledger.waited(what, settles(self.look, *arguments))

    def __call__(self, chance):
        gone = (503, None)
        try:
            self._begin("a container that starts")
            for _ in range(chance.randint(1, 4)):
                self._steady(chance)
                if chance.random() < 0.5:
                    self._move(chance)
            self._vanish(chance, gone)
        finally:
            for one in self.all:
                one.end()
            self.all.clear()

    def _begin(self, what):
        self.running = self.engine.begin(self.host)
        self.all.append(self.running)
        self.waited(what, (200, self.running.name), [(503, None)])
        # Another worker than the one that has answered may learn of it a moment later.
        time.sleep(0.2)

    def _end(self, container):
        self.all.remove(container)
        container.end()

    def _steady(self, chance):
        for _ in range(chance.randint(2, 10)):
            answer = self.web.ask(self.host, "/small", chance.random() < 0.5)
            demand((answer.status, answer.body.decode()) == (200, self.running.name), self.host, answer, self.running.name)
            time.sleep(0.05)

    def _move(self, chance):
        """As `docker compose up` does it when an image has changed: the old one first."""
        old, before = self.running, (200, self.running.name)
        old.terminate()
        settles(self.look, (503, None), [before])
        self._end(old)
        self._begin("a container that moves")

    def _vanish(self, chance, gone):
        old, before = self.running, (200, self.running.name)
        if chance.random() < 0.3:
            # It dies of something, and the engine says so later.
            old.application.stop()
            settles(self.look, (502, None), [before], row=1)
            self._end(old)
            self.waited("a container that dies", gone, [(502, None)])
            return
        late = self.web.connect(self.host, False)
        late.send(head(self.host, "/slow/700", fields="Connection: close\r\n"))
        deadline = time.monotonic() + 30
        while not old.application.busy and time.monotonic() < deadline:
            time.sleep(0.01)
        old.terminate()
        self.waited("a container that stops", gone, [before])
        answer = late.answer()
        late.close()
        self._end(old)
        check(answer)
        demand(answer.body.decode() == old.name, "the answer of another", answer)


class Operator:
    def __init__(self, web, engine):
        self.web, self.engine, self.door = web, engine, web.door
        self.version = 0
        self.passwords = {}
        self.count = 0
        self.rotations = 0
        self.addresses = ("127.%d.%d.%d" % (140 + number // 62_500 % 60, number // 250 % 250, 1 + number % 250)
                          for number in iter(self._next, None))
        self.lock = threading.Lock()

    def _next(self):
        self.count += 1
        return self.count

    # Certificates

    def shown(self, host="cert.soak.test"):
        with socket.create_connection(("127.0.0.1", self.web.https), 60) as plain:
            with trusting("http/1.1").wrap_socket(plain, server_hostname=host) as secure:
                return hashlib.sha256(secure.getpeercert(True)).hexdigest()

    def certificate(self, chance):
        """Renews it. Certificate and key are replaced one after the other: until both fit, the old one is shown."""
        before = self.shown()
        if chance.random() < 0.3:
            with self.door.calm:
                self.door.write("certs/cert.soak.test.crt", "-----BEGIN CERTIFICATE-----\nnonsense\n")
                for _ in range(10):
                    demand(self.shown() == before, "another certificate while the file is broken")
                    time.sleep(0.05)
                return self._renew(before)
        return self._renew(before)

    def _renew(self, before):
        self.door.certificate("cert.soak.test")
        with open(self.door.folder + "/certs/cert.soak.test.crt") as file:
            new = hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest()
        demand(new != before, "the same certificate")
        self.web.ledger.waited("a certificate", settles(self.shown, new, [before]))

    # Passwords

    def status(self, user, password):
        with self.lock:
            source = next(self.addresses)
        return self.web.ask("closed.soak.test", "/small", False, source, basic(user, password)).status

    def password(self, chance):
        """A user comes, gets another password, and goes."""
        user = "guest-%d" % chance.randrange(1 << 30)
        first, second = ("%x" % chance.getrandbits(80) for _ in range(2))
        algorithm = chance.choice(("sha512", "sha256", "bcrypt", "apr1"))
        settles(lambda: self.status(user, first), 401, row=2)
        self.door.password("closed.soak.test", user, first, algorithm)
        self.web.ledger.waited("a new user", settles(lambda: self.status(user, first), 200, [401], pause=0.1))
        demand(self.status(user, second) == 401, "another password lets in")
        self.door.password("closed.soak.test", user, second, algorithm)
        self.web.ledger.waited("another password", settles(lambda: self.status(user, first), 401, [200], pause=0.1))
        settles(lambda: self.status(user, second), 200)
        self.door.no_user("closed.soak.test", user)
        self.web.ledger.waited("a user that is removed", settles(lambda: self.status(user, second), 401, [200], pause=0.1))
        settles(lambda: self.status(user, first), 401, row=3)

    # Settings

    def text(self, version):
        return ("add_header X-Version %d;\nclient_max_body_size 0;\nlocation / { proxy_pass http://127.0.0.1:%d; }\n"
                % (version, self.web.application))

    def seen(self):
        answer = self.web.ask("file.soak.test", "/small")
        version = answer.values("x-version")
        return answer.status, int(version[0]) if version else None

    def settings(self, chance):
        """Changes a file, breaks it, during which the last good version serves, and mends it."""
        with self.door.calm:
            before = (200, self.version)
            self.version += 1
            self.door.write("vhost.d/file.soak.test", self.text(self.version))
            now = (200, self.version)
            self.web.ledger.waited("settings", settles(self.seen, now, [before]))
            since = self.door.said_size()
            self.door.write("vhost.d/file.soak.test", chance.choice((
                "add_header X-Version", "{", "no_such_directive on;", "location / { proxy_pass http://127.0.0.1:1;", "\x00\xff",
                self.text(self.version + 1) + "client_max_body_size very much;")))
            begun = time.monotonic()
            while "file.soak.test" not in self.door.said(since):
                demand(time.monotonic() - begun < 30, "nothing is said of the broken file")
                demand(self.seen() == now, "another version while the file is broken:", self.seen())
                time.sleep(0.02)
            for _ in range(5):
                demand(self.seen() == now, "another version while the file is broken:", self.seen())
            outcome = None
            if chance.random() < 0.2:
                demand(self.door.is_refused_takeover(), "a new process takes over although a file is broken")
                outcome = "ok, and a take-over refused"
                demand(self.seen() == now, "another version behind a refused take-over:", self.seen())
            self.version += 1
            self.door.write("vhost.d/file.soak.test", self.text(self.version))
            self.web.ledger.waited("settings mended", settles(self.seen, (200, self.version), [now]))
            return outcome

    def other_file(self, chance):
        """A host that is there by its file alone comes and goes."""
        host = "by-file-%d.soak.test" % chance.randrange(3)
        with self.door.calm:
            def look():
                return self.web.ask(host, "/small").status
            settles(look, 503, row=1)
            self.door.write("vhost.d/" + host, "location / { proxy_pass http://127.0.0.1:%d; }\n" % self.web.application)
            self.web.ledger.waited("a host by its file", settles(look, 200, [503]))
            os.unlink(self.door.folder + "/vhost.d/" + host)
            self.web.ledger.waited("a host whose file is removed", settles(look, 503, [200]))

    # Logs

    def rotate(self, chance):
        """Moves the log away and has it opened anew; whoever writes to it by then does so within a bound."""
        with self.door.calm:
            self.rotations += 1
            os.rename(self.door.access_log, "%s.%d" % (self.door.access_log, self.rotations))
            self.door.signal(signal.SIGUSR1)
            begun = time.monotonic()
            while not os.path.exists(self.door.access_log) or not os.path.getsize(self.door.access_log):
                demand(time.monotonic() - begun < 30, "no log is opened")
                self.web.ask("app.soak.test", "/small")
                time.sleep(0.05)
            self.web.ledger.waited("a log opened anew", time.monotonic() - begun)

    # The engine

    def engine_trouble(self, chance):
        """The engine ends its streams, or is started anew; what runs on it goes on, and is served."""
        # Not while a new process asks for the first time: it counts a container as told of when the connection breaks off.
        with self.door.calm:
            if chance.random() < 0.6:
                self.engine.cut()
                return "streams cut"
            self.engine.stop()
            time.sleep(chance.uniform(0, 0.5))
            self.engine.start()
            return "restarted"

    # New versions

    def take_over(self, chance):
        with self.door.calm:
            taken = self.door.take_over()
            self.web.ledger.waited("a new process that takes over", taken)
            # Clients of the old one have a few seconds to come over.
            time.sleep(7)
