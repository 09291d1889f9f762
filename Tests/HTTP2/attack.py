"""Attacks a server over HTTP/2 from outside while others use it, and says whether it kept its bounds.

attack.py --port PORT --pid PID [--tls] [--backend PORT] [NAME|FAMILY...]

A line for each attack: `ok` or `FAILED`, its name, the bound that must hold, and what the server did about it. `--survey` fails
nothing: it shows what a server does that has other bounds. The exit status is the number of attacks that failed.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import sys
import time

import attacks
from connection import Target


class Process:
    """What proc(5) says of the server."""

    def __init__(self, number):
        self.number = number

    def resident(self):
        with open("/proc/%d/statm" % self.number) as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def seconds(self):
        with open("/proc/%d/stat" % self.number) as file:
            numbers = file.read().rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


class Bystander:
    """Another client, a process of its own, whose requests must go on; it watches the server's memory as well."""

    def __init__(self, port, authority, process):
        self.halt = multiprocessing.Event()
        self.results, output = multiprocessing.Pipe(False)
        self.worker = multiprocessing.Process(
            target=self._run, args=(port, authority, process, output), daemon=True)
        self.worker.start()

    def _run(self, port, authority, process, output):
        good, failures, worst, most = 0, [], 0, 0
        connection = None
        while not self.halt.is_set():
            begin = time.monotonic()
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                connection.request("GET", "/bystander", headers={"Host": authority})
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    good += 1
                else:
                    failures.append(answer.status)
            except (OSError, http.client.HTTPException) as error:
                failures.append(repr(error))
                connection = None
            worst = max(worst, time.monotonic() - begin)
            most = max(most, process.resident())
            # A new connection now and then must be taken too.
            if connection and good % 10 == 0:
                connection.close()
                connection = None
            time.sleep(0.005)
        output.send((good, failures, worst, most))

    def end(self):
        self.halt.set()
        results = self.results.recv() if self.results.poll(60) else (0, ["hangs"], 0, 0)
        self.worker.join(5)
        return results


def count(port):
    """What has come to the backend."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/count")
    return json.loads(connection.getresponse().read())


def carry_out(attack, target, options):
    """Runs an attack and returns what it is to be blamed for, and the figures."""
    process = Process(options.pid)
    bystander = Bystander(options.bystander or options.port, options.bystander_host, process)
    if options.backend:
        count(options.backend)
    time.sleep(0.1)
    memory, seconds, begin = process.resident(), process.seconds(), time.monotonic()
    faults = []
    report = attacks.Report()
    try:
        attack.run(target, report)
    except Exception as error:
        faults.append("the attack broke off: %r" % error)
    elapsed = time.monotonic() - begin
    good, failures, worst, most = bystander.end()
    seconds = process.seconds() - seconds
    growth = max(0, max(most, process.resident()) - memory) / 1048576
    if failures or not good:
        faults.append("of others' requests %d succeeded and %d failed: %s" % (good, len(failures), failures[:3]))
    if growth > attack.memory:
        faults.append("memory grew by %.1f MiB, and may by %d" % (growth, attack.memory))
    if not report.connections:
        faults.append("no connection")
    for reactions in report.connections:
        if attack.expected and not attack.expected & reactions:
            faults.append("the server did: %s; expected one of: %s" % (listed(reactions), listed(attack.expected)))
            break
    faults += report.faults
    if options.backend:
        counts = count(options.backend)
        if counts["most_open"] > attack.most_open:
            faults.append("%d requests were open at the backend at once" % counts["most_open"])
        if attack.most_requests is not None and counts["requests"] > attack.most_requests:
            faults.append("%d requests came to the backend" % counts["requests"])
        report.note("%d requests at the backend, at most %d open" % (counts["requests"], counts["most_open"]))
    reactions = set().union(*report.connections) if report.connections else set()
    figures = "%s; %d sent; %.1f s, processor %.3f s a connection; memory +%.1f MiB; others %d, longest %.0f ms" % (
        listed(reactions), report.sent, elapsed, seconds / max(1, len(report.connections)), growth, good, worst * 1000)
    if report.notes:
        figures += "; " + "; ".join(report.notes)
    return faults, figures


def listed(words):
    return ", ".join(sorted(words)[:6]) or "nothing"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--authority", default="h2.test")
    parser.add_argument("--backend", type=int, help="where the backend can be asked what it got")
    parser.add_argument("--bystander", type=int, help="the port that others use, where it is not the same")
    parser.add_argument("--bystander-host", default="others.test")
    parser.add_argument("--survey", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    target = Target(options.port, authority=options.authority, tls=options.tls)
    unknown = set(options.names) - {name for attack in attacks.ALL for name in (attack.name, attack.family)}
    if unknown:
        parser.error("no such attack: %s" % ", ".join(sorted(unknown)))
    failed = 0
    for attack in attacks.ALL:
        if options.names and not {attack.name, attack.family} & set(options.names):
            continue
        faults, figures = carry_out(attack, target, options)
        verdict = "ok" if not faults else "seen" if options.survey else "FAILED"
        print("%s %s [%s]: %s" % (verdict, attack.name, attack.bound, figures), flush=True)
        for fault in faults:
            print("    " + fault, flush=True)
        failed += verdict == "FAILED"
    sys.exit(min(failed, 100))


if __name__ == "__main__":
    main()
