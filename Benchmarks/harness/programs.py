"""The load generators: wrk, h2load and the bench's own client, and what they say."""

import json
import re
import subprocess


class LoadFailed(Exception):
    """The load did not do what was asked, so that its figures would mean nothing."""


def _output(command, timeout):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout).stdout


def _milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}[unit]


def wrk(url, seconds, connections=32, fields=(), script=None, refusals=False):
    """HTTP/1.1, kept alive; `refusals`: whether answers other than 2xx are what is wanted."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency", "--timeout", "10s"]
    for field in fields:
        command += ["-H", field]
    if script:
        command += ["-s", script]
    text = _output(command + [url], seconds + 30)
    count = re.search(r"(\d+) requests in", text)
    if not count or int(count[1]) == 0:
        raise LoadFailed("wrk: " + text[-300:])
    refused = sum(int(number) for number in re.findall(r"Non-2xx or 3xx responses: (\d+)", text))
    errors = re.search(r"Socket errors: (.*)", text)
    if refused and not refusals or errors:
        raise LoadFailed(f"wrk: {refused} of {count[1]} answers are not 200; {errors[1] if errors else 'no errors'}")
    times = dict(re.findall(r"(50|99)%\s+(\S+)", text))
    return {
        "count": int(count[1]),
        "refused": refused,
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
        "p50_ms": _milliseconds(times["50"]),
        "p99_ms": _milliseconds(times["99"]),
    }


def h2load(port, path, *options, timeout=120):
    """HTTP/2 over TLS."""
    command = ["h2load", *map(str, options), f"--connect-to=127.0.0.1:{port}", f"https://localhost:{port}{path}"]
    text = _output(command, timeout)
    summary = re.search(r"finished in ([\d.]+(?:us|ms|s|m)), ([\d.]+) req/s", text)
    counts = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", text)
    good = re.search(r"status codes: (\d+) 2xx", text)
    if not summary or not counts or "Application protocol: h2" not in text:
        raise LoadFailed("h2load: " + text[-400:])
    # What was on its way when the time was up is counted as failed by some versions, so the status codes decide.
    statuses = [int(number) for number in re.findall(r"(\d+) [345]xx", text)]
    if sum(statuses) or int(good[1]) == 0:
        raise LoadFailed(f"h2load: {good[0]}, {statuses} of 3xx, 4xx, 5xx")
    # max, mean, sd as min, max, mean, sd in a row.
    times = re.search(r"time for request:\s+(\S+)\s+(\S+)\s+(\S+)", text)
    return {
        "count": int(good[1]),
        "seconds": _milliseconds(summary[1]) / 1e3,
        "rate": float(summary[2]),
        "mean_ms": _milliseconds(times[3]),
        "max_ms": _milliseconds(times[2]),
    }


class Client:
    """The bench's own client (tools/client.c)."""

    def __init__(self, path):
        self.path = path

    def command(self, mode, path, port, *flags, **options):
        """The command line; options as the client's own, `connections=8` for `--connections 8`."""
        command = [self.path, mode, path, "--port", str(port), *flags]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        return command

    def start(self, *arguments, **options):
        """Starts it beside others."""
        return subprocess.Popen(
            self.command(*arguments, **options), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, *arguments, **options):
        """Runs it to its end."""
        return self.result(self.start(*arguments, **options))

    @staticmethod
    def result(process, timeout=120):
        """What it said."""
        text = process.communicate(timeout=timeout)[0].strip()
        if not text:
            raise LoadFailed("the client ended without a result")
        return json.loads(text.splitlines()[-1])
