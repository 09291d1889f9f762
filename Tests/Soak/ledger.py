"""What was done and what came of it, and the threads that do it."""

import collections
import random
import statistics
import threading
import time
import traceback


class Unexpected(Exception):
    """What came of an action is none of the things that may come of it."""


def demand(holds, detail="", *more):
    """Raises where it does not hold; `detail` and `more` say what came instead."""
    if not holds:
        raise Unexpected(" ".join([detail] + [repr(one)[:300] for one in more]))


class Ledger:
    """
    Counts outcomes by kind, and keeps the details of the first of those that nobody has explained.

    Times of changes are kept by what had to be waited for.
    """

    KEPT = 200

    def __init__(self):
        self.lock = threading.Lock()
        self.outcomes = collections.defaultdict(collections.Counter)
        self.errors, self.error_count = [], 0
        self.waits = collections.defaultdict(list)

    def count(self, kind, outcome="ok", times=1):
        with self.lock:
            self.outcomes[kind][outcome] += times

    def unexplained(self, kind, detail):
        with self.lock:
            self.outcomes[kind]["UNEXPLAINED"] += 1
            self.error_count += 1
            if len(self.errors) < self.KEPT:
                # In the form of the proxy's log, so that both can be laid side by side.
                now = time.time()
                when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + ".%03dZ" % (now % 1 * 1000)
                self.errors.append("%s %s: %s" % (when, kind, str(detail)[:2000]))

    def waited(self, what, seconds):
        with self.lock:
            self.waits[what].append(seconds)

    def total(self):
        with self.lock:
            return sum(sum(counter.values()) for counter in self.outcomes.values())

    def of(self, kind, outcome):
        with self.lock:
            return self.outcomes[kind][outcome]

    def tables(self):
        """The lines of a table of outcomes, and of one of waits."""
        with self.lock:
            lines = ["%-34s %s" % (kind, "  ".join("%s %d" % pair for pair in sorted(counter.items())))
                     for kind, counter in sorted(self.outcomes.items())]
            lines.append("")
            for what, times in sorted(self.waits.items()):
                lines.append("%-34s %5d times, median %7.3f s, longest %7.3f s"
                             % (what, len(times), statistics.median(times), max(times)))
            return lines


class Crew:
    """Threads that each do one thing again and again, at their pace, until they are told to stop."""

    def __init__(self, ledger, load=1.0, seed=None):
        self.ledger, self.load = ledger, load
        self.stopping = threading.Event()
        self.chance = random.Random(seed)
        self.threads = []

    def employ(self, kind, action, interval, count=1, scales=True):
        """
        Has `count` threads call `action(chance)` once in `interval` seconds on average.

        It returns the outcome (None for `ok`) or raises, which is an error that nobody has explained. Where it has a `close()`, that
        is called in the end.
        """
        for _ in range(count):
            pace = interval / self.load if scales else interval
            chance = random.Random(self.chance.random())
            thread = threading.Thread(target=self._work, args=(kind, action, pace, chance), name=kind, daemon=True)
            self.threads.append(thread)

    def start(self):
        for thread in self.threads:
            thread.start()

    def _work(self, kind, action, interval, chance):
        wait = interval * chance.random()
        while not self.stopping.wait(wait):
            begun = time.monotonic()
            self.attempt(kind, action, chance)
            # Who was held up does not hurry afterwards.
            wait = max(interval * chance.uniform(0.5, 1.5) - (time.monotonic() - begun), 0.001)
        if hasattr(action, "close"):
            action.close()

    def attempt(self, kind, action, chance):
        try:
            outcome = action(chance)
        except Unexpected as error:
            self.ledger.unexplained(kind, error)
        except Exception as error:
            where = "; ".join("%s:%d" % (frame.name, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)[-4:])
            self.ledger.unexplained(kind, "%s: %s (%s)" % (type(error).__name__, error, where))
        else:
            self.ledger.count(kind, outcome or "ok")

    def stop(self, within=90):
        """Lets everybody finish what they have begun; the kinds of those who do not."""
        self.stopping.set()
        deadline = time.monotonic() + within
        for thread in self.threads:
            thread.join(max(deadline - time.monotonic(), 0.1))
        return sorted({thread.name for thread in self.threads if thread.is_alive()})


def settles(look, expected, allowed=(), within=60, row=10, pause=0.04):
    """
    Looks again and again until it is as `expected` several times in a row, for each worker learns of a change by itself.

    Returns how long it took. Meanwhile only what is `allowed` may be seen.
    """
    begun = time.monotonic()
    first, seen = None, 0
    while True:
        what = look()
        if what == expected:
            first = first or time.monotonic()
            seen += 1
            if seen == row:
                return first - begun
        elif what not in allowed:
            raise Unexpected("%r, neither %r nor one of %r" % (what, expected, allowed))
        else:
            seen, first = 0, None
            if time.monotonic() - begun > within:
                raise Unexpected("still %r after %d s, not %r" % (what, within, expected))
        time.sleep(pause)
