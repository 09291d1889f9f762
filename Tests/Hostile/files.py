"""Breaks the files of hosts in every way while they are served, and mends them again.

files.py --port PORT --tls-port PORT --backend PORT --folder FOLDER --portico PROGRAM

The proxy serves FOLDER's certs, vhost.d and passwords. `guarded.test` asks for the password of its file, `honest.test` for none, and
both have certificates; their backend is this program. While a file is broken, nobody comes in who should not, the other host is served, and handshakes go on with
the certificate that was there last; once it is mended, all is as it should be, without anybody's help.

A line for each case that goes wrong, and the numbers; the exit status is 0 where all went well.
"""

import argparse
import base64
import os
import shutil
import ssl
import subprocess
import time

from backend import Backend, welcome
from http1 import Client, Ended
from outcome import end


class File:
    """A file that is broken and mended, and what it was."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.good = file.read()
        self.mode = os.stat(path).st_mode & 0o777

    def remove(self):
        if os.path.isdir(self.path) and not os.path.islink(self.path):
            shutil.rmtree(self.path)
        elif os.path.lexists(self.path):
            os.unlink(self.path)

    def put(self, octets):
        """Replaces it in one step, as editors do."""
        new = self.path + ".new"
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, self.mode), "wb") as file:
            file.write(octets)
        if os.path.isdir(self.path) and not os.path.islink(self.path):
            shutil.rmtree(self.path)
        os.replace(new, self.path)

    def overwrite(self, octets):
        """Writes over it where it is, in two steps."""
        with open(self.path, "wb", buffering=0) as file:
            file.write(octets[:len(octets) // 2])
            time.sleep(0.02)
            file.write(octets[len(octets) // 2:])

    def mend(self):
        self.put(self.good)

    # Ways that are no content

    def as_folder(self):
        self.remove()
        os.mkdir(self.path)

    def as_dangling_link(self):
        self.remove()
        os.symlink("/nowhere/at/all", self.path)

    def as_circle(self):
        self.remove()
        os.symlink(self.path, self.path)

    def as_pipe(self):
        self.remove()
        os.mkfifo(self.path)

    def as_device(self):
        self.remove()
        os.symlink("/dev/zero", self.path)


# How a file may be that is none.
PLACES = (File.remove, File.as_folder, File.as_dangling_link, File.as_circle, File.as_pipe, File.as_device)

PASSWORDS = {
    "empty": lambda good: b"",
    "line ends alone": lambda good: b"\n\r\n\n",
    "a comment alone": lambda good: b"# alice\n",
    "NUL alone": lambda good: b"\0" * 4096,
    "all octets": lambda good: bytes(range(256)) * 16,
    "no colon": lambda good: b"alice\n",
    "no hash": lambda good: b"alice:\n",
    "no name": lambda good: good.replace(b"alice", b""),
    "a password in the clear": lambda good: b"alice:open sesame\n",
    "a password in braces that name nothing": lambda good: b"alice:{CLEAR}open sesame\n",
    "a hash that is cut": lambda good: good[:-10],
    "a hash of another kind": lambda good: b"alice:$9$abc$def\n",
    "bcrypt of cost 31": lambda good: b"alice:$2y$31$" + b"a" * 53 + b"\n",
    "bcrypt of cost 99": lambda good: b"alice:$2y$99$" + b"a" * 53 + b"\n",
    "sha512 of 999999999 rounds": lambda good: b"alice:$6$rounds=999999999$salt$" + b"a" * 86 + b"\n",
    "a line of a megabyte": lambda good: b"alice:" + b"a" * (1 << 20) + b"\n",
    "40 MB": lambda good: b"alice:$apr1$x\n" * 3_000_000,
    "bad lines first, and another hash": lambda good: b"\xff\xfe\n:::\n" + b"alice:$apr1$abcdefgh$" + b"a" * 22 + b"\n",
    "UTF-16": lambda good: good.decode().encode("utf-16"),
    "a space before the name": lambda good: b" " + good,
    "another user": lambda good: good.replace(b"alice", b"bob"),
    "the name in upper case": lambda good: good.replace(b"alice", b"ALICE"),
}

# Where the right password must go on letting alice in.
GOOD_PASSWORDS = {
    "no last line end": lambda good: good.rstrip(b"\n"),
    "CR LF": lambda good: good.replace(b"\n", b"\r\n"),
    "comments and empty lines": lambda good: b"# users\n\n" + good + b"\n# more\n",
    "a password that is said to be plain, as nginx has it": lambda good: b"alice:{PLAIN}open sesame\n",
    "alice twice": lambda good: good + b"alice:$apr1$abcdefgh$" + b"a" * 22 + b"\n",
    "a BOM before a comment": lambda good: b"\xef\xbb\xbf# users\n" + good,
}

CERTIFICATES = {
    "empty": lambda good: b"",
    "garbage": lambda good: bytes(range(256)) * 16,
    "cut in its middle": lambda good: good[:len(good) // 2],
    "without its last line": lambda good: b"\n".join(good.rstrip().split(b"\n")[:-1]) + b"\n",
    "without its first line": lambda good: good[good.index(b"\n") + 1:],
    "an octet turned": lambda good: good.replace(b"\n", b"\nA", 6).replace(b"\nA", b"\n", 5),
    "base64 that is none": lambda good: b"-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n",
    "DER": lambda good: base64.b64decode(b"".join(good.split(b"\n")[1:-2])),
    "UTF-16": lambda good: good.decode().encode("utf-16"),
    "NUL": lambda good: b"\0" * 5000,
    "a page": lambda good: b"<html><title>404</title></html>\n",
}


class Site:
    """The proxy, as clients see it."""

    def __init__(self, options):
        self.options = options
        secret = base64.b64encode(b"alice:open sesame").decode()
        self.right = "Authorization: Basic %s\r\n" % secret
        self.failed, self.cases = [], 0

    def status(self, host, fields=""):
        client = Client(self.options.port, patience=15)
        client.send(("GET / HTTP/1.1\r\nHost: %s\r\n%sConnection: close\r\n\r\n" % (host, fields)).encode())
        answer = client.answer()
        client.close()
        return answer.status if answer is not None and not answer.fault else 0

    def certificate(self, host):
        """What a client that asks for the host is shown; None where no handshake comes about."""
        try:
            client = Client(self.options.tls_port, tls=host)
        except (OSError, Ended):
            return None
        shown = client.socket.getpeercert(binary_form=True)
        client.close()
        return shown

    def until(self, name, condition, within=20):
        deadline = time.monotonic() + within
        while not condition():
            if time.monotonic() > deadline:
                self.failed.append(name)
                return
            time.sleep(0.01)

    def others(self, name):
        if self.status("honest.test") != 200:
            self.failed.append("%s: another host is not served" % name)

    def passwords(self):
        file = File(os.path.join(self.options.folder, "passwords", "guarded.test"))
        ways = [(what, lambda make=make: file.put(make(file.good))) for what, make in PASSWORDS.items()]
        ways += [(place.__name__, lambda place=place: place(file)) for place in PLACES]
        for what, act in ways:
            name = "passwords: " + what
            self.cases += 1
            act()
            # alice's own password is right no more: that she is refused shows that the file was read.
            self.until(name + ": alice is not refused", lambda: self.status("guarded.test", self.right) in (401, 403, 500, 503))
            for secret in (b"alice:", b"alice:wrong", b":", b"alice:open sesame\x00"):
                status = self.status("guarded.test", "Authorization: Basic %s\r\n" % base64.b64encode(secret).decode())
                if status not in (400, 401, 403, 500, 503):
                    self.failed.append("%s: %r is let in, or not answered: %d" % (name, secret, status))
            if self.status("guarded.test") not in (401, 403, 500, 503):
                self.failed.append(name + ": nobody is let in")
            self.others(name)
            file.mend()
            self.until(name + ", then mended: alice is refused", lambda: self.status("guarded.test", self.right) == 200)
        for what, make in GOOD_PASSWORDS.items():
            name = "passwords: " + what
            self.cases += 1
            # In between it is a file that lets nobody in, so that the good one is seen to be read.
            file.put(b"")
            self.until(name + ": the empty file is not read", lambda: self.status("guarded.test", self.right) == 401)
            file.overwrite(make(file.good))
            self.until(name + ": alice is refused", lambda: self.status("guarded.test", self.right) == 200)
        file.mend()

    def certificates(self):
        folder = os.path.join(self.options.folder, "certs")
        other = os.path.join(self.options.folder, "other-certs")
        os.makedirs(other)
        make = [self.options.portico, "cert", "self-signed", "guarded.test", "--certs", other]
        current = self.certificate("guarded.test")
        for ending in ("crt", "key"):
            contents = list(CERTIFICATES.items())
            if ending == "key":
                contents.append(("another's", lambda good: open(os.path.join(folder, "honest.test.key"), "rb").read()))
            else:
                contents.append(("another's", lambda good: open(os.path.join(folder, "honest.test.crt"), "rb").read()))
                contents.append(("the key", lambda good: open(os.path.join(folder, "guarded.test.key"), "rb").read()))
            ways = [(what, lambda file, make=make: file.put(make(file.good))) for what, make in contents]
            ways += [(place.__name__, lambda file, place=place: place(file)) for place in PLACES if place is not File.remove]
            file = File(os.path.join(folder, "guarded.test." + ending))
            for what, act in ways:
                name = "certificate, %s: %s" % (ending, what)
                self.cases += 1
                act(file)
                for _ in range(5):
                    if self.certificate("guarded.test") != current:
                        self.failed.append(name + ": the last good certificate is not shown")
                        break
                    if self.certificate("honest.test") is None:
                        self.failed.append(name + ": no handshake for another host")
                        break
                    time.sleep(0.01)
                self.others(name)
                file.mend()
        # And then a new pair is taken.
        self.cases += 1
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
        for ending in ("key", "crt"):
            with open(os.path.join(other, "guarded.test." + ending), "rb") as file:
                File(os.path.join(folder, "guarded.test." + ending)).put(file.read())
        with open(os.path.join(other, "guarded.test.crt")) as file:
            wanted = ssl.PEM_cert_to_DER_cert(file.read())
        self.until("certificate: a new pair is not taken", lambda: self.certificate("guarded.test") == wanted)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls-port", type=int, required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--portico", required=True)
    parser.add_argument("--backend", type=int, required=True)
    options = parser.parse_args()
    Backend(options.backend, welcome)
    site = Site(options)
    if (site.status("guarded.test", site.right), site.status("guarded.test"), site.status("honest.test")) != (200, 401, 200):
        raise SystemExit("the hosts are not as they should be before anything was tried")
    site.passwords()
    site.certificates()
    end("%d cases" % site.cases, site.failed)


if __name__ == "__main__":
    main()
