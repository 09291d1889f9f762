"""Caddy 2. Of passwords it knows bcrypt alone, and remembers those it has verified."""

import base64
import os
import subprocess

from .server import Server, output

_GLOBAL = """\
{{
  admin 127.0.0.1:{admin}
  auto_https off
  servers {{
    protocols h1 h2
    timeouts {{
      idle 5m
    }}
  }}
}}
"""


class Caddy(Server):
    name = "caddy"
    hashes = frozenset({"bcrypt"})
    absent = {"hosts-10k": "it does not start within 45 seconds"}

    @classmethod
    def version(cls):
        text = output("caddy", "version")
        return text and "caddy " + text.split()[0]

    def configuration(self, hosts):
        text = _GLOBAL.format(admin=self.plain_port + 1)
        for host in hosts:
            text += self._site(f"https://{host.name}:{self.tls_port}", host, secure=True)
            text += self._site(f"http://{host.name}:{self.plain_port}", host, secure=False)
        return {"Caddyfile": text}

    def _site(self, address, host, secure):
        lines = [address + " {", "bind 127.0.0.1", "header Docker-Distribution-Api-Version registry/2.0"]
        if secure:
            lines += [f"tls {self.setup.certificate} {self.setup.key}",
                      "header Strict-Transport-Security max-age=31536000"]
        if self.setup.logs:
            lines += ["log {", f"output file {self.folder}/access.log", "}"]
        if host.passwords:
            lines.append("basicauth {")
            with open(host.passwords) as passwords:
                for line in passwords:
                    user, hashed = line.strip().split(":", 1)
                    lines.append(f"{user} {base64.b64encode(hashed.encode()).decode()}")
            lines.append("}")
        lines += [
            "request_body {", "max_size 4GiB", "}", f"reverse_proxy 127.0.0.1:{host.backend} {{",
            "header_up X-Real-IP {remote_host}",
            "header_up X-Original-URI {uri}", "transport http {", "keepalive 60s", "keepalive_idle_conns_per_host 512",
            "compression off", "}", "}", "}",
        ]
        return "\n".join(lines) + "\n"

    def command(self):
        return ["caddy", "run", "--config", f"{self.folder}/Caddyfile", "--adapter", "caddyfile"]

    def environment(self):
        home = {name: self.folder for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        return {**home, "GOMAXPROCS": str(self.setup.workers)}

    def reload(self):
        command = ["caddy", "reload", "--config", f"{self.folder}/Caddyfile", "--adapter", "caddyfile",
                   "--address", f"127.0.0.1:{self.plain_port + 1}"]
        subprocess.run(command, env={**os.environ, **self.environment()}, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True)
