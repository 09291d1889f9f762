"""What the proxy's processes hold, and whether that grows."""

import collections
import os
import statistics
import threading
import time

# How much more memory a process may have in the last quarter of its time than in the second: a tenth and so many KiB.
GROWTH = 0.10
GROWTH_KIB = 4096

# How many descriptors of pipes each worker may keep for the next bodies. Of all else nothing more than in the beginning is left.
PIPES = 16

# Whose memory is judged: who has been there for so many seconds under load.
JUDGED = 100


class Sample:
    def __init__(self, process, when):
        self.when = when
        self.processor = processor_time(process)
        status = {}
        with open("/proc/%d/status" % process) as file:
            for line in file:
                key, _, value = line.partition(":")
                status[key] = value.split()
        self.rss, self.anonymous = int(status["VmRSS"][0]), int(status["RssAnon"][0])
        self.threads = int(status["Threads"][0])
        self.pss = 0
        with open("/proc/%d/smaps_rollup" % process) as file:
            for line in file:
                if line.startswith("Pss:"):
                    self.pss = int(line.split()[1])
        # By what they are: `socket`, `pipe`, `anon_inode` and the paths of files.
        self.kinds = collections.Counter()
        folder = "/proc/%d/fd" % process
        for name in os.listdir(folder):
            try:
                self.kinds[os.readlink(os.path.join(folder, name)).partition(":")[0]] += 1
            except OSError:
                pass
        self.descriptors, self.connections = sum(self.kinds.values()), self.kinds["socket"]


class Measures:
    """Looks at all processes every few seconds."""

    def __init__(self, door, interval):
        self.door, self.interval = door, interval
        self.samples = collections.defaultdict(list)
        self.stopping = threading.Event()
        self.seconds = {}
        self.thread = threading.Thread(target=self._run, daemon=True)

    def look(self):
        """Samples of now, by process."""
        now, found = time.monotonic(), {}
        for process, (part, server) in self.door.processes().items():
            try:
                found[process] = (part, server, Sample(process, now))
                self.seconds[process] = found[process][2].processor
            except (OSError, KeyError):
                # It has ended meanwhile.
                pass
        return found

    def _run(self):
        while not self.stopping.wait(self.interval):
            for process, (part, server, sample) in self.look().items():
                self.samples[part, server, process].append(sample)

    def start(self):
        self.thread.start()

    def stop(self):
        self.stopping.set()
        self.thread.join()

    def growth(self):
        """What is wrong, as lines; and a table."""
        wrong, table = [], ["%-10s %8s %6s  %-6s %-27s %-9s %-9s %-9s %s" % (
            "part", "process", "time", "busy", "anonymous KiB, by quarters", "PSS KiB", "fds", "sockets", "threads")]
        for (part, server, process), samples in sorted(self.samples.items(), key=lambda item: item[1][0].when):
            lasted = samples[-1].when - samples[0].when
            quarters = [statistics.median([sample.anonymous for sample in samples[len(samples) * n // 4:len(samples) * (n + 1) // 4]]
                                          or [samples[-1].anonymous]) for n in range(4)]
            busy = (samples[-1].processor - samples[0].processor) / max(lasted, 1)
            table.append("%-10s %8d %5.0fs  %4.1f %% %-27s %-9d %-9s %-9s %s" % (
                part, process, lasted, 100 * busy, " ".join("%6d" % one for one in quarters), statistics.median(one.pss for one in samples),
                span([one.descriptors for one in samples]), span([one.connections for one in samples]),
                span([one.threads for one in samples])))
            if lasted >= JUDGED and server == self.door.server and quarters[3] > quarters[1] * (1 + GROWTH) + GROWTH_KIB:
                wrong.append("%s %d: the memory grows, from %d to %d KiB" % (part, process, quarters[1], quarters[3]))
        return wrong, table


def is_at_rest(now, resting, workers):
    """Whether each part holds no more than it did when nobody had asked it anything; both are kinds of descriptors by part."""
    if now.keys() != resting.keys():
        return False
    return all(
        kinds["pipe"] <= resting[part]["pipe"] + PIPES * workers
        and sum(kinds.values()) - kinds["pipe"] <= sum(resting[part].values()) - resting[part]["pipe"]
        for part, kinds in now.items())


def span(numbers):
    return "%d-%d" % (min(numbers), max(numbers))


def processor_time(process):
    with open("/proc/%d/stat" % process) as file:
        numbers = file.read().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
