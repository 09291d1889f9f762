"""Everything at once for a long time: clients and backends of all kinds, changes, and faults, before a proxy that must lose nothing.

soak.py --portico PROGRAM [--time 30m] [--load 1] [--workers 2] [--keep FOLDER] [--seed NUMBER]

Starts a proxy, its backends and an engine that containers come and go on, all on the loopback address. Every outcome is counted by
kind; one that the action does not allow is an unexplained error. At the end there must be none of these, no descriptor may be
left, no process, and memory must not have grown.

A line each minute, tables in the end; where something was wrong, details of errors and the proxy's logs are kept. The exit status
is 0 where all went well.
"""

import argparse
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", "Hostile"), os.path.join(HERE, "..", "HTTP2")]
# Handshakes that come to nothing are this program's business.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import application
import registry
from changes import Comings, Operator, Rotation
from clients import Grpc, Honest, Kept, ManyStreams, Web
from containers import Host
from door import Door, is_running
from ledger import Crew, Ledger
from measures import Measures, is_at_rest
from misbehaving import Misbehaving

# Which share of the time may pass until the last new version; the rest is for the memory of one process.
CHANGING = 0.5


def seconds(text):
    units = {"s": 1, "m": 60, "h": 3600}
    return float(text[:-1]) * units[text[-1]] if text[-1] in units else float(text)


class Soak:
    def __init__(self, options):
        self.options = options
        self.length = seconds(options.time)
        self.ledger = Ledger()
        self.failed = []
        self.folder = options.folder
        self.door = Door(options.portico, self.folder, options.workers, drain=60)
        self.web = Web(self.door, self.ledger)
        self.engine = Host(self.folder + "/docker.sock", self.ledger)
        self.registry = self.grpc = self.rotation = None
        self.rest = ""
        self.backends = []
        self.interrupted = threading.Event()

    # What there is

    def prepare(self):
        door = self.door
        door.certificate("soak.test", "*.soak.test", "localhost")
        door.certificate("cert.soak.test")
        secure = application.server_context(door.folder + "/certs/soak.test.crt", door.folder + "/certs/soak.test.key")
        app = application.Application("app", self.ledger)
        tls = application.Application("app", self.ledger, tls=secure)
        bad = application.BadApplication("bad", self.ledger)
        self.backends = [app, tls, bad]
        self.web.application = app.port
        door.write("vhost.d/app.soak.test", """
            client_max_body_size 0;
            location / { proxy_pass http://127.0.0.1:%d; }
            location /tls/ { proxy_pass https://127.0.0.1:%d/; }
            location /gz/ { gzip on; gzip_types text/plain; gzip_proxied any; proxy_pass http://127.0.0.1:%d/; }
            location /bad/ { proxy_pass http://127.0.0.1:%d; }
            location /bad/hang { proxy_pass http://127.0.0.1:%d; proxy_read_timeout 1s; }
            location /refused { proxy_pass http://127.0.0.1:%d; }
            location /forbidden { deny all; proxy_pass http://127.0.0.1:%d; }
            """ % (app.port, tls.port, app.port, bad.port, bad.port, self.refusing(), app.port))
        door.write("vhost.d/cert.soak.test", "location / { proxy_pass http://127.0.0.1:%d; }\n" % app.port)
        door.write("vhost.d/closed.soak.test", "auth_basic in; auth_basic_user_file passwords/closed.soak.test;\n"
                   "location / { proxy_pass http://127.0.0.1:%d; }\n" % app.port)
        door.password("closed.soak.test", "steady", "open sesame")
        if shutil.which("docker-registry"):
            self.registry = registry.Registry(self.folder)
            door.password(registry.HOST, registry.USER, registry.PASSWORD)
            door.write("vhost.d/" + registry.HOST, """
                server_name localhost;
                client_max_body_size 0;
                auth_basic in;
                auth_basic_user_file passwords/%s;
                proxy_pass http://127.0.0.1:%d;
                """ % (registry.HOST, self.registry.port))
        self.grpc, port = application.serve_grpc()
        if self.grpc:
            door.write("vhost.d/grpc.soak.test",
                       "client_max_body_size 0; location / { grpc_pass grpc://127.0.0.1:%d; }\n" % port)
        self.engine.start()
        door.start(self.engine.path)

    def refusing(self):
        """A port where nobody listens, and nobody can."""
        self.held = socket.socket()
        self.held.bind(("127.0.0.1", 0))
        return self.held.getsockname()[1]

    def employ(self, crew):
        """Who does what how often, in seconds for each of them. About half a core in sum."""
        web, ledger = self.web, self.ledger
        honest, bad = Honest(web), Misbehaving(web)
        operator = Operator(web, self.engine)
        self.rotation = Rotation(web, self.engine)
        door = self.door
        door.write("vhost.d/file.soak.test", operator.text(0))

        employ = crew.employ
        employ("single requests", honest.single, 0.15, 2)
        for number in range(4):
            secure = number % 2 == 1
            employ("kept connections, " + ("TLS" if secure else "plain"), Kept(web, "app.soak.test", secure), 0.15)
            # These may meet a server that has been replaced seconds ago.
            employ("rolling, kept connections", Kept(web, self.rotation.HOST, secure, name="rolling"), 2)
        employ("resumed TLS", honest.resumed, 0.5)
        for _ in range(2):
            employ("HTTP/2 connections", ManyStreams(web, "app.soak.test"), 0.5)
        employ("downloads", honest.download, 0.5, 2)
        employ("uploads", honest.upload, 0.7, 2)
        employ("gzip", honest.compressed, 1)
        employ("server-sent events", honest.events, 1, 2)
        employ("slow answers", honest.slow, 0.5, 3)
        employ("HEAD", honest.without_body, 1)
        employ("half-closed", honest.half_closed, 1)
        employ("pipelined", honest.pipelined, 1)
        employ("unknown, refused, forbidden", honest.elsewhere, 1)
        employ("WebSockets", honest.websocket, 0.5, 3)
        employ("passwords", honest.passwords, 0.3)
        employ("rolling, new connections", self.rotation.client, 0.2, 2)
        if self.registry:
            for number in range(2):
                employ("registry", registry.Pushes(web, number), 1.5)
            if shutil.which("skopeo"):
                employ("skopeo", registry.Skopeo(web, self.folder), 20)
        if self.grpc:
            with open(door.folder + "/certs/soak.test.crt", "rb") as file:
                authority = file.read()
            for _ in range(2):
                employ("gRPC", Grpc(web, authority), 0.5)

        employ("broken off", bad.abort, 0.25, 2)
        employ("slow readers", bad.slow_reader, 1, 2)
        employ("slow headers", bad.slow_header, 1, 2)
        employ("garbage", bad.garbage, 0.5)
        employ("idle", bad.idle, 1, 4)
        employ("handshakes that fail", bad.handshake, 0.3)
        employ("HTTP/2, broken off", bad.http2, 0.5)
        employ("guesses", bad.guesses, 2)
        employ("broken backends", bad.broken_backend, 0.4, 2)

        for number in range(4):
            employ("containers", Comings(web, self.engine, number), 0.5, scales=False)
        employ("containers, rolling", self.rotation.roll, 4, scales=False)
        employ("certificates", operator.certificate, 4, scales=False)
        employ("users", operator.password, 3, scales=False)
        employ("settings", operator.settings, 5, scales=False)
        employ("hosts by their files", operator.other_file, 5, scales=False)
        employ("logs", operator.rotate, max(self.length / 12, 6), scales=False)
        employ("engine", operator.engine_trouble, max(self.length / 20, 6), scales=False)
        self.operator = operator

    # What is done

    def run(self):
        self.prepare()
        resting = self.at_rest()
        # One is half a core of this machine, or of another.
        crew = Crew(self.ledger, 0.75 * self.options.load, self.options.seed)
        self.employ(crew)
        measures = Measures(self.door, min(5, self.length / 30))
        measures.start()
        begun = time.monotonic()
        print("Proxy %d at %s and %d, for %d s, seed %d" % (
            self.door.server, self.door.http, self.door.https, self.length, self.options.seed), flush=True)
        crew.start()
        try:
            self.watch(crew, begun)
        finally:
            hanging = crew.stop()
            measures.stop()
        if "server" not in resting:
            self.failed.append("what the server holds cannot be seen by this user, but by root")
        for kind in hanging:
            self.failed.append("%s: still under way long after the end" % kind)
        self.settle(resting)
        self.rest_idly()
        grown, table = measures.growth()
        self.failed += grown
        spent = sum(measures.seconds.values())
        self.end()
        return table + [self.rest, "processor time: proxy %.1f s, this program %.1f s, in %.0f s" % (
            spent, time.process_time(), time.monotonic() - begun)]

    def watch(self, crew, begun):
        """New versions at equal distances in the first part, and a line each minute."""
        count = max(1, min(8, int(self.length * CHANGING / 15)))
        versions = [begun + self.length * CHANGING * (number + 1) / count for number in range(count)]
        line = begun + 60
        while (now := time.monotonic()) < begun + self.length:
            if self.interrupted.wait(0.2):
                self.failed.append("interrupted")
                return
            if versions and now >= versions[0]:
                versions.pop(0)
                crew.attempt("new versions", self.operator.take_over, crew.chance)
            if not is_running(self.door.server):
                self.failed.append("the proxy has ended")
                return
            if now >= line:
                line += 60
                self.say(now - begun)

    def say(self, passed):
        parts = [sample for part, _, sample in Measures(self.door, 1).look().values() if part == "server"]
        print("%4d min  %8d outcomes  %d unexplained  %d servers: %s MiB, %s descriptors" % (
            passed / 60, self.ledger.total(), self.ledger.error_count, len(parts),
            "+".join("%.0f" % (one.rss / 1024) for one in parts), "+".join("%d" % one.descriptors for one in parts)), flush=True)

    def at_rest(self):
        """How many descriptors each part has that nobody asks anything."""
        return {part: sample.kinds for part, _, sample in Measures(self.door, 1).look().values()}

    def settle(self, resting):
        """Without clients and backends' connections all servers but the last end, and that one holds what it held at first."""
        self.rotation.stop()
        if self.grpc:
            self.grpc.stop(0)
        if self.registry:
            self.registry.stop()
        deadline = time.monotonic() + self.door.drain + 60
        while time.monotonic() < deadline:
            for backend in self.backends:
                backend.let_go()
            left = [server for server in self.door.servers[:-1] if is_running(server)]
            now = self.at_rest()
            if not left and is_at_rest(now, resting, self.options.workers):
                self.rest = "descriptors at rest, and in the beginning: %s" % "; ".join(
                    "%s %d, %d" % (part, sum(kinds.values()), sum(resting[part].values())) for part, kinds in now.items())
                return
            time.sleep(0.1)
        for server in left:
            self.failed.append("server %d has not ended" % server)
        if not left:
            self.failed.append("descriptors at rest: %s, in the beginning %s" % (
                {part: dict(kinds) for part, kinds in now.items()}, {part: dict(kinds) for part, kinds in resting.items()}))

    def rest_idly(self):
        """Who has nothing to do does nothing: in two seconds a tenth of them at the most."""
        before = Measures(self.door, 1).look()
        time.sleep(2)
        for process, (part, _, sample) in Measures(self.door, 1).look().items():
            spent = sample.processor - before[process][2].processor if process in before else 0
            if spent > 0.2:
                self.failed.append("%s %d: %.2f s of processor time in 2 s of rest" % (part, process, spent))

    def end(self):
        """The server ends when it is told to, and leaves no process behind."""
        processes = self.door.processes()
        try:
            self.door.signal(signal.SIGTERM)
        except OSError:
            self.failed.append("there is no server to be ended")
        deadline = time.monotonic() + 30
        while any(is_running(process) for process in processes) and time.monotonic() < deadline:
            self.door.process.poll()
            time.sleep(0.05)
        for process in processes:
            if is_running(process):
                self.failed.append("process %d (%s) goes on behind SIGTERM" % (process, processes[process][0]))
        if self.door.process.poll() != 0:
            self.failed.append("the first server has ended with %s" % self.door.process.poll())
        self.read_log()

    MARKED = re.compile(rb'^app\.soak\.test .*"GET /marked HTTP/1\.1" 200 ')
    LINE = re.compile(rb'^[^ ]+ [0-9a-f.:]+ - ')

    def read_log(self):
        """Each request that was answered is in the log once, wherever the log was moved to meanwhile."""
        marked = total = 0
        for number in range(self.operator.rotations + 1):
            path = self.door.access_log + (".%d" % number if number else "")
            try:
                with open(path, "rb") as file:
                    for line in file:
                        total += 1
                        marked += bool(self.MARKED.match(line))
                        if not line.endswith(b"\n") or not self.LINE.match(line):
                            self.ledger.unexplained("log", line[:200])
            except OSError as error:
                self.failed.append("log: %s" % error)
        answered = self.ledger.of("marked requests answered", "ok")
        if marked != answered:
            self.failed.append("log: %d lines of %d requests" % (marked, answered))
        self.ledger.count("lines of the log", times=total)
        said = self.door.said()
        for line in said.splitlines():
            level = re.search(r" (trace|debug|info|notice|warning|error|critical) ", line)
            self.ledger.count("said by the proxy", level[1] if level else "other")
            if level and level[1] == "critical" or "Fatal error" in line or "crashed" in line:
                self.ledger.unexplained("said by the proxy", line)

    def clean_up(self):
        self.door.kill()
        for backend in self.backends:
            backend.stop()
        if self.grpc:
            self.grpc.stop(0)
        if self.registry:
            self.registry.stop()


def keep(soak, options):
    """Saves what may explain the errors; the folder where it is."""
    folder = tempfile.mkdtemp(prefix="soak-", dir=options.keep)
    with open(folder + "/report", "w") as file:
        file.write("\n".join(soak.ledger.tables() + soak.ledger.errors + soak.failed) + "\n")
    for name in os.listdir(options.folder):
        if ".log" in name:
            shutil.move(os.path.join(options.folder, name), folder)
    shutil.copytree(options.folder + "/vhost.d", folder + "/vhost.d")
    return folder


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--portico", required=True)
    parser.add_argument("--time", default="30m")
    parser.add_argument("--load", type=float, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", help="where to keep the logs of a run that fails, instead of in the system's folder")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    options.portico = os.path.abspath(options.portico)
    if seconds(options.time) < 20:
        parser.error("--time must be 20s or longer")
    # Not in a folder of the caller's choice, for the paths of sockets must be short.
    options.folder = tempfile.mkdtemp(prefix="soak-")

    soak = Soak(options)

    def interrupt(*_):
        if soak.interrupted.is_set():
            raise KeyboardInterrupt
        soak.interrupted.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        table = soak.run()
    except BaseException:
        shutil.rmtree(options.folder, ignore_errors=True)
        raise
    finally:
        soak.clean_up()
    print()
    for line in soak.ledger.tables() + [""] + table:
        print(line)
    for line in soak.ledger.errors[:20] + soak.failed:
        print("FAILED " + line)
    fine = not soak.ledger.error_count and not soak.failed
    kept = "" if fine else keep(soak, options)
    shutil.rmtree(options.folder)
    print("%d outcomes, %d unexplained, %d processes in turn%s" % (
        soak.ledger.total(), soak.ledger.error_count, len(soak.door.servers), kept and "; see " + kept))
    # Threads of libraries may be left.
    sys.stdout.flush()
    os._exit(0 if fine else 1)


if __name__ == "__main__":
    main()
