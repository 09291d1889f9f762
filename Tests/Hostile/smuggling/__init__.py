"""Requests that two parsers could read in two ways, by class."""

from smuggling import bodies, chunks, fields, heads, pipelines, targets, upgrades

CASES = [
    case for module in (heads, fields, targets, bodies, chunks, upgrades, pipelines) for case in module.TABLE.cases]
