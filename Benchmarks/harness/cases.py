"""The cases: what is asked of each proxy, and which figures come of it."""

import base64
import time
from dataclasses import dataclass
from typing import Callable

from .bench import GIB, LOGIN
from .programs import LoadFailed, h2load, wrk
from .servers.server import Host

SMALL = "/v2/"


@dataclass(frozen=True)
class Case:
    """One case: `measure` is given the server and the bench, and returns figures by name."""

    name: str
    text: str
    figures: tuple
    measure: Callable
    # Whether each measurement begins with a server that was just started, alone on the machine.
    is_fresh: bool = False
    # Whether the backends of thousands of hosts are needed.
    needs_host_ports: bool = False
    # Hosts beside the bench's own.
    hosts: Callable = lambda bench: []
    # The kind of password hash that is checked.
    hash: str | None = None


CASES = {}


def _case(name, text, figures, measure, **more):
    CASES[name] = Case(name, text, tuple(figures.split()), measure, **more)


# Small requests. What each answer costs, on connections that stay.


def _get(secure):
    def measure(server, bench):
        port = server.tls_port if secure else server.plain_port
        url = f"{'https' if secure else 'http'}://localhost:{port}{SMALL}"
        wrk(url, 1)
        with bench.window(server) as window:
            result = wrk(url, bench.seconds)
        return _small(result, window, server)

    return measure


def _get_http2(connections, streams):
    def measure(server, bench):
        load = (f"-c{connections}", f"-m{streams}")
        h2load(server.tls_port, SMALL, *load, f"-n{connections * streams * 4}")
        with bench.window(server) as window:
            result = h2load(server.tls_port, SMALL, *load, "-D", bench.seconds)
        return _small(result, window, server)

    return measure


def _small(result, window, server):
    return dict(result, cpu_100k=window.seconds / result["count"] * 1e5, others=window.others, pss_mib=server.memory())


def _paced(server, bench):
    bench.client.run("paced", SMALL, server.tls_port, connections=32, rate=2000, seconds=0.3)
    with bench.window(server) as window:
        result = bench.client.run("paced", SMALL, server.tls_port, connections=32, rate=4000, seconds=bench.seconds)
    _expect(result, result["refused"] + result["broken"] == 0 and result["succeeded"] > 0)
    return _small(dict(result, count=result["succeeded"]), window, server)


_GET = "rate cpu_100k p50_ms p99_ms pss_mib"
_case("get-tls", "small GET, TLS 1.3, HTTP/1.1, 32 connections", _GET, _get(True))
_case("get-plain", "small GET, HTTP/1.1, 32 connections", _GET, _get(False))
_case("get-h2", "small GET, TLS 1.3, HTTP/2, 16 connections of 32 streams", "rate cpu_100k mean_ms max_ms pss_mib",
      _get_http2(16, 32))
_case("get-h2-single", "small GET, TLS 1.3, HTTP/2, 8 connections of 1 stream", "rate cpu_100k mean_ms max_ms pss_mib",
      _get_http2(8, 1))
_case("paced", "small GET, TLS 1.3, HTTP/1.1, 4,000 a second on 32 connections", "p50_ms p99_ms max_ms cpu_100k",
      _paced)

# Bulk. What a GiB costs.


def _bulk(load):
    """`load` is given server, bench, bytes; it moves them and returns what it took."""

    def measure(server, bench):
        load(server, bench, 16 << 20)
        with bench.window(server) as window:
            result = load(server, bench, bench.size)
        return {
            "mb_s": bench.size / 1e6 / result["seconds"],
            "cpu_gib": window.seconds / (bench.size / GIB),
            "others": window.others,
            "pss_mib": server.memory(),
        }

    return measure


def _download(secure, path, connections=1):
    def load(server, bench, size):
        part = size // connections
        flags, port = ((), server.tls_port) if secure else (("--plain",), server.plain_port)
        result = bench.client.run("download", f"/{path}/{part}", port, *flags, connections=connections)
        _expect(result, result["bytes"] == size)
        return result

    return _bulk(load)


def _upload(secure, *flags, connections=1):
    def load(server, bench, size):
        where, port = ((), server.tls_port) if secure else (("--plain",), server.plain_port)
        result = bench.client.run(
            "upload", "/v2/bench/blobs/uploads/1", port, *flags, *where, connections=connections,
            bytes=size // connections, method="PATCH",
        )
        _expect(result, result["bytes"] == size)
        return result

    return _bulk(load)


def _download_http2(server, bench, size):
    return h2load(server.tls_port, f"/blob/{size}", "-n1", "-c1", "-m1", "-w24", "-W24")


def _upload_http2(connections):
    def measure(server, bench):
        path, part = "/v2/bench/blobs/uploads/1", bench.size // connections
        load = ("-d", bench.upload_file(part), f"-n{connections}", f"-c{connections}", "-m1")
        with bench.window(server) as window:
            result = h2load(server.tls_port, path, *load)
        _expect(result, result["count"] == connections)
        return {
            "mb_s": bench.size / 1e6 / result["seconds"],
            "cpu_gib": window.seconds / (bench.size / GIB),
            "others": window.others,
            "pss_mib": server.memory(),
        }

    return measure


_BULK = "mb_s cpu_gib pss_mib"
_case("down-tls", "download over TLS, HTTP/1.1, Content-Length", _BULK, _download(True, "blob"))
_case("down-tls-chunked", "download over TLS, HTTP/1.1, chunked", _BULK, _download(True, "chunked"))
_case("down-h2", "download over TLS, HTTP/2, windows of 16 MiB", _BULK, _bulk(_download_http2))
_case("down-plain", "download, HTTP/1.1, Content-Length", _BULK, _download(False, "blob"))
_case("down-plain-chunked", "download, HTTP/1.1, chunked", _BULK, _download(False, "chunked"))
_case("up-tls", "upload over TLS, HTTP/1.1, Content-Length", _BULK, _upload(True))
_case("up-tls-chunked", "upload over TLS, HTTP/1.1, chunks of 64 KiB", _BULK, _upload(True, "--chunked"))
_case("up-h2", "upload over TLS, HTTP/2", _BULK, _upload_http2(1))
_case("up-plain", "upload, HTTP/1.1, Content-Length", _BULK, _upload(False))
_case("up-plain-chunked", "upload, HTTP/1.1, chunks of 64 KiB", _BULK, _upload(False, "--chunked"))
_case("pushes", "8 uploads at once over TLS, HTTP/1.1, chunked, an eighth of the size each", _BULK,
      _upload(True, "--chunked", connections=8))
_case("pushes-h2", "8 uploads at once over TLS, HTTP/2, on a connection each", _BULK, _upload_http2(8))

# Connections: what a new one costs, and what an idle one keeps.


def _handshakes(*flags):
    def measure(server, bench):
        bench.client.run("handshakes", SMALL, server.tls_port, *flags, connections=8, seconds=0.3)
        with bench.window(server) as window:
            result = bench.client.run(
                "handshakes", SMALL, server.tls_port, *flags, connections=8, seconds=bench.seconds
            )
        _expect(result, result["refused"] + result["broken"] + result["unconnected"] == 0 and result["succeeded"] > 0)
        return dict(
            result, rate=result["succeeded"] / result["seconds"], cpu_1k=window.seconds / result["succeeded"] * 1e3,
            resumed=result["resumed"] / result["succeeded"], others=window.others,
        )

    return measure


def _idle(*flags):
    def measure(server, bench):
        count = min(10_000, bench.setup.descriptors - 2000)
        time.sleep(0.3)
        start = server.memory()
        with bench.window(server) as window:
            client = bench.client.start("idle", SMALL, server.tls_port, *flags, connections=count)
            try:
                client.stdout.readline()
                time.sleep(0.5)
                full = server.memory()
                result = bench.client.result(client)
            finally:
                client.kill()
        _expect(result, result["alive"] == count and result["succeeded"] == count)
        time.sleep(1)
        return {
            "start_pss_mib": start, "kib_connection": (full - start) * 1024 / count, "pss_mib": full,
            "after_pss_mib": server.memory(), "others": window.others,
        }

    return measure


_case("handshakes", "new TLS 1.3 connection for each GET, 8 at once", "rate cpu_1k p50_ms p99_ms", _handshakes())
_case("handshakes-resumed", "the same, going on from a session ticket", "rate cpu_1k p50_ms p99_ms resumed",
      _handshakes("--resume"))
_IDLE = "start_pss_mib kib_connection pss_mib after_pss_mib"
_case("idle-tls", "10,000 idle TLS connections, one GET on each", _IDLE, _idle(), is_fresh=True)
_case("idle-h2", "10,000 idle HTTP/2 connections, one GET on each", _IDLE, _idle("--http2"), is_fresh=True)

# Many hosts.


def _many_hosts(count):
    def measure(server, bench):
        time.sleep(0.3)
        start = server.memory()
        # 10,000 backends on two workers would be more connections than one process may have open.
        visited = min(count, 8000)
        script = f"{bench.folder}/hosts.lua"
        with open(script, "w") as file:
            file.write(_HOSTS_SCRIPT % {"visited": visited, "count": count, "port": server.plain_port})
        url = f"http://127.0.0.1:{server.plain_port}{SMALL}"
        wrk(url, 1, script=script)
        with bench.window(server) as window:
            result = wrk(url, bench.seconds, connections=64, script=script)
        return dict(_small(result, window, server), start_pss_mib=start, start_s=server.start_seconds)

    return measure


_HOSTS_SCRIPT = """\
local requests, at = {}, 0
function init()
  for i = 0, %(visited)d - 1 do
    local host = string.format("v%%d.localhost:%(port)d", i * 7919 %% %(count)d)
    requests[i] = wrk.format("GET", "/v2/", { Host = host })
  end
end
function request()
  at = (at + 1) %% %(visited)d
  return requests[at]
end
"""
_HOSTS = "start_s start_pss_mib pss_mib rate cpu_100k p99_ms"
for _name, _count in (("hosts-1k", 1000), ("hosts-10k", 10000)):
    _case(_name, f"small GET, HTTP/1.1, over {_count:,} virtual hosts with a backend each", _HOSTS, _many_hosts(_count),
          is_fresh=True, needs_host_ports=True, hosts=lambda bench, count=_count: bench.hosts(count))

# A change while loaded.


def _change(count):
    def measure(server, bench):
        hosts = bench.hosts(count) + [bench.main_host()]
        port, target = server.tls_port, bench.host_ports[-1]
        duration = bench.seconds + 2
        with bench.window(server) as window:
            steady = bench.client.start("paced", SMALL, port, connections=32, rate=1500, seconds=duration)
            size = 3 << 20
            slow = bench.client.start("upload", SMALL, port, bytes=size * duration, rate=size)
            time.sleep(1)
            files = server.configuration(hosts + [Host("new.localhost", target)])
            poll = bench.client.start("wait", SMALL, port, host="new.localhost", backend=target, seconds=20)
            time.sleep(0.05)
            began = time.monotonic()
            server.install(files)
            server.reload()
            route, requests, upload = (bench.client.result(process) for process in (poll, steady, slow))
        _expect(route, route["live"])
        _expect(upload, upload["succeeded"] == 1)
        before = server.memory()
        for number in range(20):
            server.install(server.configuration(hosts + [Host(f"new{number}.localhost", target)]))
            server.reload()
            time.sleep(0.5 if count else 0.1)
        time.sleep(2)
        return {
            "live_ms": (route["moment"] - began) * 1e3, "p99_ms": requests["p99_ms"], "max_ms": requests["max_ms"],
            "failed": requests["refused"] + requests["broken"] + requests["unconnected"], "pss_mib": before,
            "changes_pss_mib": server.memory(), "others": window.others,
        }

    return measure


_CHANGE = "live_ms p99_ms max_ms failed pss_mib changes_pss_mib"
for _name, _count in (("change", 0), ("change-1k", 1000), ("change-10k", 10000)):
    _case(_name, f"a host is added to {_count + 1:,}, under 1,500 requests a second and an upload", _CHANGE,
          _change(_count), is_fresh=True, needs_host_ports=True, hosts=lambda bench, count=_count: bench.hosts(count))

# What many changes leave behind.


def _churn(count):
    def measure(server, bench):
        hosts = bench.hosts(count) + [bench.main_host()]
        target = bench.host_ports[-1]
        time.sleep(1)
        start = server.memory()
        with bench.window(server) as window:
            for number in range(1000):
                # Ten names in turn, each time with another backend.
                name, port = f"new{number % 10}.localhost", bench.host_ports[number % 97]
                server.install(server.configuration(hosts + [Host(name, port)]))
                server.reload()
                time.sleep(0.02)
        # The last change is there, and what was before it is not needed any more.
        server.install(server.configuration(hosts + [Host("last.localhost", target)]))
        server.reload()
        last = bench.client.run("wait", SMALL, server.tls_port, host="last.localhost", backend=target, seconds=20)
        _expect(last, last["live"])
        time.sleep(2)
        return {
            "start_pss_mib": start, "changes_pss_mib": server.memory(), "cpu_change_ms": window.seconds,
            "others": window.others,
        }

    return measure


_CHURN = "start_pss_mib changes_pss_mib cpu_change_ms"
for _name, _count in (("churn", 0), ("churn-10k", 10000)):
    _case(_name, f"1,000 changes of hosts beside {_count + 1:,}, one every 20 ms", _CHURN, _churn(_count), is_fresh=True,
          needs_host_ports=True, hosts=lambda bench, count=_count: bench.hosts(count))

# Passwords.


def _logins(kind):
    def measure(server, bench):
        field = "Authorization: Basic " + _encoded(LOGIN)
        url = f"https://localhost:{server.tls_port}{SMALL}"
        name = f"Host: {kind}.localhost"
        stranger = wrk(url, 1, connections=2, fields=[name], refusals=True)
        _expect(stranger, stranger["refused"] >= stranger["count"] or kind == "off")
        others = ("paced", SMALL, server.tls_port)
        return _beside_others(server, bench, lambda seconds: wrk(url, seconds, connections=8, fields=[name, field]))

    return measure


def _encoded(login):
    return base64.b64encode(login.encode()).decode()


def _new_logins(server, bench):
    """Each is of a user who has not been there before, so that none is remembered."""
    script = f"{bench.folder}/users.lua"
    with open(script, "w") as file:
        file.write(_USERS_SCRIPT % ", ".join(f'"{_encoded(login)}"' for login in bench.new_logins()))
    url = f"https://localhost:{server.tls_port}{SMALL}"
    # Before it there must be nobody: they are used up.
    return _beside_others(server, bench, lambda seconds: wrk(url, seconds, connections=2, script=script), warm=False)


def _beside_others(server, bench, logins, warm=True):
    """What logins get done, and what others see of it who have a rate of their own."""
    others = dict(connections=32, rate=400, seconds=bench.seconds)
    quiet = bench.client.run("paced", SMALL, server.tls_port, **others)
    if warm:
        logins(1)
    victims = bench.client.start("paced", SMALL, server.tls_port, **others)
    with bench.window(server) as window:
        result = logins(bench.seconds)
    busy = bench.client.result(victims)
    return {
        "rate": result["rate"], "cpu_ms": window.seconds / result["count"] * 1e3, "quiet_p99_ms": quiet["p99_ms"],
        "busy_p99_ms": busy["p99_ms"], "others": window.others,
    }


_USERS_SCRIPT = """\
local logins, at = { %s }, 0
function request()
  at = at %% #logins + 1
  return wrk.format("GET", "/v2/", { Host = "new.localhost", Authorization = "Basic " .. logins[at] })
end
"""
_AUTH = "rate cpu_ms quiet_p99_ms busy_p99_ms"
# What the machine would let through without passwords.
_case("auth-off", "the same requests as with passwords, and nobody asks for one", _AUTH, _logins("off"), is_fresh=True,
      hosts=lambda bench: [Host("off.localhost", bench.backend_port)])
for _kind in ("apr1", "sha512", "bcrypt"):
    _case(f"auth-{_kind}", f"one login again and again, {_kind}; others at 400 requests a second without passwords", _AUTH,
          _logins(_kind), is_fresh=True, hash=_kind,
          hosts=lambda bench, kind=_kind: [Host(f"{kind}.localhost", bench.backend_port, bench.password_file(kind))])
_case("auth-new", "logins of users who were not there before, bcrypt, two at a time; others as above", _AUTH, _new_logins,
      is_fresh=True, hash="bcrypt",
      hosts=lambda bench: [Host("new.localhost", bench.backend_port, bench.new_users_file())])


def _expect(result, condition):
    if not condition:
        raise LoadFailed(f"not what was asked for: {result}")
