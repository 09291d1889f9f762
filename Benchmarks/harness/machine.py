"""What the kernel says about the machine and about processes: processor time, memory, load."""

import os
import resource


def process_tree(root):
    """The process and all that descend from it."""
    children = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as stat:
                parent = int(stat.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(name))
    found, rest = [], [root]
    while rest:
        pid = rest.pop()
        found.append(pid)
        rest += children.get(pid, [])
    return found


def processor_seconds(pids):
    """User and system time of the threads of these processes.

    schedstat counts nanoseconds; the ticks of /proc/PID/stat would be too coarse for a window of two seconds.
    """
    total = 0
    for pid in pids:
        try:
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/schedstat") as times:
                    total += int(times.read().split()[0])
        except OSError:
            continue
    return total / 1e9


def proportional_memory(pids):
    """PSS in MiB: memory of these processes, shared pages in equal parts, without the kernel's buffers."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as rollup:
                total += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        except OSError:
            continue
    return total / 1024


def busy_seconds():
    """Processor time of the whole machine since it started."""
    with open("/proc/stat") as stat:
        times = [int(time) for time in stat.readline().split()[1:9]]
    idle = times[3] + times[4]
    return (sum(times) - idle) / os.sysconf("SC_CLK_TCK")


def children_seconds():
    """Processor time of the load generators that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def raise_descriptor_limit():
    """As many open files as the system allows, here and in all that is started; that number."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def description():
    """Processors, system and kernel, in a line."""
    model, system = "processor of unknown make", "Linux"
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/etc/os-release") as release:
        for line in release:
            if line.startswith("PRETTY_NAME="):
                system = line.split("=", 1)[1].strip().strip('"')
    return f"{os.cpu_count()} processors ({model}), {system}, Linux {os.uname().release}"
