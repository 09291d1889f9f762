"""The attacks, one after the other."""

from .attack import ALL, Report
from . import credit, floods, heads, resets, silence, streams

__all__ = ["ALL", "Report", "credit", "floods", "heads", "resets", "silence", "streams"]
