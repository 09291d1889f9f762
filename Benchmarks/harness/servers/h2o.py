"""H2O. It takes whole bodies in before it passes them on; here it checks no passwords and is not changed as it runs."""

from .server import Server, output

_GLOBAL = """\
num-threads: {workers}
user: root
pid-file: {folder}/h2o.pid
error-log: {folder}/error.log
max-connections: 18000
limit-request-body: 4294967296
http1-request-timeout: 300
http2-idle-timeout: 300
proxy.timeout.keepalive: 60000
proxy.timeout.io: 300000
proxy.preserve-host: ON
header.add: "Docker-Distribution-Api-Version: registry/2.0"
header.add: "Strict-Transport-Security: max-age=31536000"
{log}listen:
  host: 127.0.0.1
  port: {plain_port}
listen:
  host: 127.0.0.1
  port: {tls_port}
  ssl:
    certificate-file: {certificate}
    key-file: {key}
    minimum-version: TLSv1.2
hosts:
"""
_NO_CHANGE = "a change needs its start_server, a program of its own"


class H2O(Server):
    name = "h2o"
    absent = {"change": _NO_CHANGE, "change-1k": _NO_CHANGE, "change-10k": _NO_CHANGE}

    @classmethod
    def version(cls):
        text = output("h2o", "--version")
        return text and text.splitlines()[0].replace("version ", "")

    def configuration(self, hosts):
        setup = self.setup
        text = _GLOBAL.format(
            workers=setup.workers, folder=self.folder, certificate=setup.certificate, key=setup.key,
            tls_port=self.tls_port, plain_port=self.plain_port,
            log=f"access-log: {self.folder}/access.log\n" if setup.logs else "",
        )
        for host in hosts:
            text += f'  "{host.name}":\n    paths:\n      "/":\n'
            text += f'        proxy.reverse.url: "http://127.0.0.1:{host.backend}/"\n'
        return {"h2o.conf": text}

    def command(self):
        return ["h2o", "-m", "worker", "-c", f"{self.folder}/h2o.conf"]
