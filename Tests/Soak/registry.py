"""A real registry, and clients that push to it and pull from it."""

import hashlib
import json
import os
import shutil
import subprocess
import time

from clients import Http2, basic, check, head
from door import free_port
from http1 import Client
from ledger import demand

USER, PASSWORD = "pusher", "a layer at a time"
HOST = "registry.soak.test"


class Registry:
    """Debian's registry on a free port, with storage in the folder."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "registry")
        os.makedirs(self.folder)
        self.port = free_port()
        with open(self.folder + "/config.yml", "w") as file:
            file.write("version: 0.1\nlog: {level: warn}\nstorage:\n  filesystem: {rootdirectory: %s/storage}\n"
                       "  delete: {enabled: true}\nhttp: {addr: \"127.0.0.1:%d\"}\n" % (self.folder, self.port))
        with open(self.folder + "/log", "wb") as log:
            self.process = subprocess.Popen(["docker-registry", "serve", self.folder + "/config.yml"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                client = Client(self.port)
                client.send(b"GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                if client.answer() is not None:
                    return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("The registry does not answer")

    def stop(self):
        self.process.kill()
        self.process.wait()


def layer(number):
    """One of some layers, so that the registry's storage does not grow for ever. Their octets, and their digest."""
    octets = hashlib.shake_128(b"layer %d" % number).digest(20_000 + number * 41_000)
    return octets, "sha256:" + hashlib.sha256(octets).hexdigest()


LAYERS = [layer(number) for number in range(24)]


class Pushes:
    """
    Pushes a layer and a manifest and pulls both again, over HTTP/1.1 or HTTP/2.

    Each has a repository and layers of its own, for the registry answers 500 where the same file is written twice at a time.
    """

    def __init__(self, web, number):
        self.web, self.repository = web, "soak-%d" % number
        self.layers = LAYERS[number::2]
        self.login = basic(USER, PASSWORD)

    def __call__(self, chance):
        octets, digest = chance.choice(self.layers)
        repository = self.repository
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": len(octets)},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest, "size": len(octets)}]}).encode()
        if chance.random() < 0.5:
            self.over_http1(chance, repository, octets, digest, manifest)
            return "HTTP/1.1"
        self.over_http2(chance, repository, octets, digest, manifest)
        return "HTTP/2"

    def over_http1(self, chance, repository, octets, digest, manifest):
        client = None

        def ask(method, path, status, body=b"", fields=""):
            nonlocal client
            client = client or self.web.connect(HOST, True)
            length = "" if method in ("GET", "HEAD") else "Content-Length: %d\r\n" % len(body)
            client.send(head(HOST, path, method, self.login + length + fields) + body)
            answer = client.answer(method)
            check(answer, status)
            if answer.values("connection") == [b"close"]:
                client.close()
                client = None
            return answer

        try:
            place = ask("POST", "/v2/%s/blobs/uploads/" % repository, 202).values("location")[0].decode()
            place = place[place.index("/v2/"):]
            half = len(octets) // 2
            place = ask("PATCH", place, 202, octets[:half], "Content-Type: application/octet-stream\r\n").values("location")[0].decode()
            place = place[place.index("/v2/"):]
            ask("PUT", place + "&digest=" + digest, 201, octets[half:], "Content-Type: application/octet-stream\r\n")
            ask("PUT", "/v2/%s/manifests/latest" % repository, 201, manifest,
                "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n")
            ask("HEAD", "/v2/%s/blobs/%s" % (repository, digest), 200)
            check(ask("GET", "/v2/%s/blobs/%s" % (repository, digest), 200), digest=digest.removeprefix("sha256:"))
            ask("GET", "/v2/%s/manifests/latest" % repository, 200, fields="Accept: application/vnd.oci.image.manifest.v1+json\r\n")
        finally:
            if client:
                client.close()

    def over_http2(self, chance, repository, octets, digest, manifest):
        session = Http2(self.web.https, HOST)
        login = self.login.removeprefix("Authorization: ").strip()

        def ask(method, path, status, body=None, *more):
            nonlocal session
            while True:
                fields = [("authorization", login), *more]
                stream = session.begin(path, method, fields, ends=body is None)
                if body is not None:
                    session.upload(stream, body)
                answer = session.finish(stream)
                location = session.field(stream, b"location")
                if session.last is not None:
                    session.close()
                    session = Http2(self.web.https, HOST)
                if answer is not None:
                    break
            demand(answer[0] == status, "%s %s: not %d:" % (method, path, status), answer)
            place = location.decode() if location else ""
            return place[place.find("/v2/"):], answer[1]

        try:
            place, _ = ask("POST", "/v2/%s/blobs/uploads/" % repository, 202, b"")
            ask("PUT", place + "&digest=" + digest, 201, octets, ("content-type", "application/octet-stream"))
            ask("PUT", "/v2/%s/manifests/latest" % repository, 201, manifest,
                ("content-type", "application/vnd.oci.image.manifest.v1+json"))
            _, got = ask("GET", "/v2/%s/blobs/%s" % (repository, digest), 200)
            demand(got == octets, "another layer")
        finally:
            session.close()


class Skopeo:
    """An image pushed and pulled as people do it."""

    def __init__(self, web, folder):
        self.web, self.folder = web, os.path.join(folder, "image")
        self.count = 0
        script = os.path.join(os.path.dirname(__file__), "..", "..", "scripts", "sample-image")
        subprocess.run([script, self.folder, "3", "1"], check=True, capture_output=True)

    def __call__(self, chance):
        self.count += 1
        image = "docker://localhost:%d/skopeo:latest" % self.web.https
        back = "%s-%d" % (self.folder, self.count)
        try:
            self._copy("--dest-tls-verify=false", "--dest-creds", "%s:%s" % (USER, PASSWORD), "oci:" + self.folder, image)
            self._copy("--src-tls-verify=false", "--src-creds", "%s:%s" % (USER, PASSWORD), image, "oci:" + back)
            for blob in os.listdir(back + "/blobs/sha256"):
                with open(os.path.join(back, "blobs/sha256", blob), "rb") as file:
                    demand(hashlib.sha256(file.read()).hexdigest() == blob, "a layer that is another one")
        finally:
            shutil.rmtree(back, ignore_errors=True)

    def _copy(self, *arguments):
        environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        done = subprocess.run(["skopeo", "copy", "--preserve-digests", *arguments], capture_output=True, text=True,
                              timeout=300, env=environment)
        demand(done.returncode == 0, "skopeo:", done.stderr[-300:])
