"""Portico: hosts in vhost.d, no engine. PORTICO names another binary than the one that `make bench` builds."""

import os

from .server import Server, output

_BINARY = os.path.abspath(
    os.environ.get("PORTICO", os.path.join(os.path.dirname(__file__), "../../../.build/static/release/portico"))
)


class Portico(Server):
    name = "portico"
    hashes = frozenset({"apr1", "sha512", "bcrypt"})

    @classmethod
    def version(cls):
        return output(_BINARY, "version")

    def configuration(self, hosts):
        files = {"passwords/unused": ""}
        for name, source in (("crt", self.setup.certificate), ("key", self.setup.key)):
            with open(source) as file:
                files[f"certs/default.{name}"] = file.read()
        for host in hosts:
            files[f"vhost.d/{host.name}"] = _host_file(host)
        return files

    def command(self):
        return [
            _BINARY, "serve", "--http", f"127.0.0.1:{self.plain_port}", "--https", f"127.0.0.1:{self.tls_port}",
            "--certs", f"{self.folder}/certs", "--vhosts", f"{self.folder}/vhost.d",
            "--passwords", f"{self.folder}/passwords", "--docker", "none", "--workers", str(self.setup.workers),
            "--control", f"{self.folder}/control", "--access-log",
            f"{self.folder}/access.log" if self.setup.logs else "off",
        ]

    def environment(self):
        return {"HTTPS_METHOD": "noredirect"}

    def reload(self):
        """It watches its folders."""


def _host_file(host):
    text = (
        "client_max_body_size 4g;\nkeepalive_timeout 300s;\n"
        "add_header Docker-Distribution-Api-Version registry/2.0 always;\n"
        f"proxy_pass http://127.0.0.1:{host.backend};\n"
    )
    if host.passwords:
        text += f"auth_basic registry;\nauth_basic_user_file {host.passwords};\n"
    return text
