"""HAProxy: one process, a thread for each worker, hosts in a map. Its passwords stand in the configuration; no apr1."""

import os
import signal

from .server import Server, output

_GLOBAL = """\
global
  nbthread {workers}
  no strict-limits
  maxconn 12000
  stats socket {folder}/socket mode 600 level admin expose-fd listeners
  tune.ssl.default-dh-param 2048
  tune.h2.initial-window-size 1048576
  ssl-default-bind-options ssl-min-ver TLSv1.2
  hard-stop-after 60s
defaults
  mode http
  timeout connect 5s
  timeout client 300s
  timeout server 300s
  timeout http-keep-alive 300s
  timeout http-request 300s
  option http-keep-alive
  http-reuse aggressive
{log}"""

_FRONTEND = """\
frontend front
  bind 127.0.0.1:{tls_port} ssl crt {folder}/certificate.pem alpn h2,http/1.1
  bind 127.0.0.1:{plain_port}
  http-request deny deny_status 413 if {{ req.body_size gt 4294967296 }}
  http-request set-header X-Real-IP %[src]
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto https if {{ ssl_fc }}
  http-request set-header X-Forwarded-Proto http unless {{ ssl_fc }}
  http-request set-header X-Forwarded-Ssl on if {{ ssl_fc }}
  http-request set-header X-Forwarded-Ssl off unless {{ ssl_fc }}
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Port %[dst_port]
  http-request set-header X-Original-URI %[url]
  http-after-response set-header Strict-Transport-Security max-age=31536000 if {{ ssl_fc }}
  http-after-response set-header Docker-Distribution-Api-Version registry/2.0
  use_backend %[req.hdr(host),field(1,:),lower,map({folder}/hosts.map)]
"""


class HAProxy(Server):
    name = "haproxy"
    hashes = frozenset({"sha512", "bcrypt"})

    @classmethod
    def version(cls):
        text = output("haproxy", "-v")
        return text and " ".join(text.split()[:3])

    def configuration(self, hosts):
        setup = self.setup
        log = "  log stdout format raw local0\n  option httplog\n" if setup.logs else ""
        text = _GLOBAL.format(workers=setup.workers, folder=self.folder, log=log)
        for path in sorted({host.passwords for host in hosts if host.passwords}):
            text += f"userlist {os.path.basename(path)}\n"
            with open(path) as passwords:
                for line in passwords:
                    user, hashed = line.strip().split(":", 1)
                    text += f"  user {user} password {'!' if hashed.startswith('$apr1') else hashed}\n"
        text += _FRONTEND.format(tls_port=self.tls_port, plain_port=self.plain_port, folder=self.folder)
        for number, host in enumerate(hosts):
            text += f"backend b{number}\n"
            if host.passwords:
                users = os.path.basename(host.passwords)
                text += f"  http-request auth realm registry unless {{ http_auth({users}) }}\n"
            text += f"  server s 127.0.0.1:{host.backend}\n"
        with open(setup.certificate) as certificate, open(setup.key) as key:
            pair = certificate.read() + key.read()
        routes = "".join(f"{host.name} b{number}\n" for number, host in enumerate(hosts))
        return {"certificate.pem": pair, "hosts.map": routes, "haproxy.cfg": text}

    def command(self):
        return ["haproxy", "-W", "-q", "-f", f"{self.folder}/haproxy.cfg"]

    def reload(self):
        self.process.send_signal(signal.SIGUSR2)
