"""What a driver found, and how it says so: a line for each thing that went wrong, the numbers, and the exit status."""

import collections
import sys
import time

FAILED = []


def check(what, holds):
    if not holds:
        FAILED.append(what)


def wait(what, condition, within=15):
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            FAILED.append(what)
            return False
        time.sleep(0.01)
    return True


def end(summary, failed=FAILED):
    """Ends the program, with 0 where nothing went wrong."""
    for line in failed:
        print("FAILED " + line)
    print("%s, %d failed" % (summary, len(failed)))
    sys.exit(1 if failed else 0)


class Tally:
    """Counts the cases of a table, which have a group and a name each, and their runs."""

    def __init__(self):
        self.groups, self.runs = collections.Counter(), 0

    def chosen(self, cases, names):
        """The cases that are asked for by a part of their name, all where none is, each with its number."""
        for number, case in enumerate(cases):
            if names and not any(part in case.group + ": " + case.name for part in names):
                continue
            self.groups[case.group] += 1
            yield number, case

    def note(self, case, way, fault):
        """One run of a case is over, with a fault or None."""
        self.runs += 1
        check("%s: %s (%s): %s" % (case.group, case.name, way, fault), not fault)

    def end(self):
        print(", ".join("%s: %d" % pair for pair in self.groups.items()))
        end("%d cases, %d runs" % (sum(self.groups.values()), self.runs))
