"""The names of figures, medians, ratios, and the tables that are printed and recorded."""

import statistics

# What a figure is called in a table's head.
TITLES = {
    "rate": "per second",
    "cpu_100k": "CPU s per 100,000",
    "cpu_gib": "CPU s per GiB",
    "cpu_1k": "CPU s per 1,000",
    "cpu_ms": "CPU ms per login",
    "mb_s": "MB/s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "max_ms": "longest ms",
    "mean_ms": "mean ms",
    "pss_mib": "PSS MiB",
    "start_pss_mib": "PSS MiB at start",
    "after_pss_mib": "PSS MiB afterwards",
    "kib_connection": "KiB per connection",
    "start_s": "start s",
    "live_ms": "live after ms",
    "failed": "failed requests",
    "changes_pss_mib": "PSS MiB after the changes",
    "cpu_change_ms": "CPU ms per change",
    "resumed": "resumed",
    "quiet_p99_ms": "others' p99 ms, no logins",
    "busy_p99_ms": "others' p99 ms, logins without pause",
}

# A run counts as quiet when others on the machine took no more than this part of it.
QUIET = 0.25


def _quiet_ones(rows, noise):
    quiet = [row for row in rows if noise(row) <= QUIET]
    return quiet or sorted(rows, key=noise)[:3]


def _with(rows, server, figure):
    return [row for row in rows if row["server"] == server and row.get(figure) is not None]


def median(rows, server, figure):
    """The median of the quiet runs, or of the three quietest where none was."""
    chosen = _quiet_ones(_with(rows, server, figure), lambda row: row["others"])
    return statistics.median(row[figure] for row in chosen) if chosen else None


def ratio(rows, server, reference, figure):
    """The median of the ratios of rounds: both ran within seconds of each other, under the same noise."""
    by_round = {row["round"]: row for row in _with(rows, reference, figure)}
    pairs = [(row, by_round[row["round"]]) for row in _with(rows, server, figure) if row["round"] in by_round]
    pairs = [(ours, theirs) for ours, theirs in pairs if theirs[figure]]
    chosen = _quiet_ones(pairs, lambda pair: max(pair[0]["others"], pair[1]["others"]))
    return statistics.median(ours[figure] / theirs[figure] for ours, theirs in chosen) if chosen else None


def _number(value):
    if value is None:
        return "–"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    if size >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 0.1 else f"{value:.3f}"


def cells(case, rows, servers):
    """Head and lines of a case's table; the ratio to the first server stands in brackets."""
    lines = []
    for server in servers:
        line = [server]
        for figure in case.figures:
            text = _number(median(rows, server, figure))
            part = ratio(rows, server, servers[0], figure) if server != servers[0] else None
            line.append(f"{text} ({part:.2f})" if part is not None else text)
        lines.append(line)
    return [case.name] + [TITLES[figure] for figure in case.figures], lines


def as_text(head, lines):
    table = [head] + lines
    widths = [max(len(line[column]) for line in table) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in table
    )


def as_markdown(head, lines):
    table = [head, ["---"] * len(head)] + lines
    return "\n".join("| " + " | ".join(line) + " |" for line in table)
