"""Tries to tell from the work that a login costs whether its user is known.

names.py --port PORT --pid PID

The proxy asks for passwords at `guarded.test`, where the file knows `alice`. Logins of hers and of users that do not exist, all
with wrong passwords, come in turns and in random order. What is compared is the processor time that they take (schedstat of
proc(5), in nanoseconds), which other load on the machine moves less than the time on the clock, by ranks, which no single slow
sample can turn. That two equal distributions are taken for different ones happens once in a million runs; and as a test of the
test, requests without a login must be told from logins.

A line for each comparison; the exit status is 0 where all went well.
"""

import argparse
import base64
import math
import os
import random
import sys

from http1 import Client

SAMPLES = 60

# Beyond this many standard deviations equal samples are taken for different ones: p < 1e-6 on both sides together.
LIMIT = 5.0


def processor_time(pid):
    """What all threads of the process have used, in nanoseconds."""
    total = 0
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/schedstat" % (pid, task)) as file:
            total += int(file.read().split()[0])
    return total


def deviation(first, second):
    """How far the rank sum of `first` is from what equal distributions give (Mann and Whitney), in standard deviations."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    total, start = 0.0, 0
    while start < len(ranked):
        end = start
        while end < len(ranked) and ranked[end][0] == ranked[start][0]:
            end += 1
        rank = (start + end + 1) / 2
        total += rank * sum(1 for _, group in ranked[start:end] if group == 0)
        start = end
    n, m = len(first), len(second)
    return (total - n * (n + m + 1) / 2) / math.sqrt(n * m * (n + m + 1) / 12)


class Logins:
    """A client that counts what each of its requests costs the server."""

    def __init__(self, port, pid):
        self.client, self.pid = Client(port), pid
        self.count = 0

    def cost(self, user):
        """The work of one request that names the user, or nobody, and is refused."""
        self.count += 1
        authorization = ""
        if user:
            # Each password is another one, so that none is refused from memory.
            text = base64.b64encode(b"%s:wrong %06d" % (user, self.count)).decode()
            authorization = "Authorization: Basic %s\r\n" % text
        before = processor_time(self.pid)
        self.client.send(("GET / HTTP/1.1\r\nHost: guarded.test\r\n%s\r\n" % authorization).encode())
        answer = self.client.answer()
        if answer is None or answer.fault or answer.status != 401:
            raise SystemExit("FAILED: a wrong login was answered with %s" % answer)
        return processor_time(self.pid) - before


def compare(logins, first, second, chance):
    """The deviation between the costs of two kinds of requests, which come in random order."""
    kinds = [first, second] * SAMPLES
    chance.shuffle(kinds)
    costs = {first: [], second: []}
    for kind in kinds:
        costs[kind].append(logins.cost(kind()))
    return deviation(costs[first], costs[second]), [sorted(costs[kind])[SAMPLES // 2] for kind in (first, second)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", type=int, required=True)
    options = parser.parse_args()
    chance = random.Random(11)
    logins = Logins(options.port, options.pid)

    def known():
        return b"alice"

    def unknown():
        return b"%05x" % chance.getrandbits(20)

    def none():
        return None

    for _ in range(10):
        logins.cost(known())
        logins.cost(unknown())
    failed = 0
    for name, first, second, differs in (
            ("a known and an unknown user", known, unknown, False), ("a login and none", unknown, none, True)):
        found, medians = compare(logins, first, second, chance)
        is_good = (abs(found) > LIMIT) == differs
        failed += not is_good
        print("%s %s: %.1f standard deviations apart, medians %d and %d us" % (
            "ok" if is_good else "FAILED", name, found, medians[0] // 1000, medians[1] // 1000))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
